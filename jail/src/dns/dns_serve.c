// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "dns_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fd.h"
#include "resolver.h"

// At one go: other calls of the cell's wait meanwhile.
enum { MOST_AT_ONCE = 16, MOST_CONNECTIONS = 16, LONGEST_QUESTION = 1024 };
// Answers that wait for their readers, of all connections together: our memory is not the cell's to fill.
enum { MOST_UNSENT = 2 * DNS_MOST };
static size_t unsent;

static int queue = -1, datagrams = -1, listener = -1;

static struct connection {
  int fd;              // -1: free
  uint32_t generation; // tells an event or an answer for the place's former user from one for the present one
  uint64_t used;       // when it was last heard of: by its turn
  size_t in_length, out_length;
  uint8_t in[2 + LONGEST_QUESTION];
  uint8_t *out;
} connections[MOST_CONNECTIONS];
static unsigned connection_count; // places that were ever in use
static uint64_t turn;

static uint64_t tag_of(unsigned i) { return (uint64_t)connections[i].generation << 32 | (TAG_DNS_CONNECTION + i); }

static bool watch(int fd, uint64_t tag, uint32_t events, int how) {
  struct epoll_event event = {.events = events, .data.u64 = tag};
  return epoll_ctl(queue, how, fd, &event) == 0;
}

bool dns_serve(int epoll, int *fd, int type) {
  int *place = type == SOCK_DGRAM ? &datagrams : &listener;
  if (*fd < 0 || *place >= 0) return false;
  queue = epoll;
  *place = fd_take(fd);
  int flags = fcntl(*place, F_GETFL);
  if (flags < 0 || fcntl(*place, F_SETFL, flags | O_NONBLOCK) < 0) return false;
  return watch(*place, type == SOCK_DGRAM ? TAG_DNS_DATAGRAMS : TAG_DNS_LISTENER, EPOLLIN, EPOLL_CTL_ADD);
}

static void hang_up(struct connection *connection) {
  fd_close(&connection->fd); // out of epoll with that: nobody else has it
  free(connection->out);
  connection->out = NULL;
  unsent -= connection->out_length;
  connection->in_length = connection->out_length = 0;
}

static void take_datagrams(void) {
  uint8_t message[LONGEST_QUESTION];
  for (unsigned i = 0; i < MOST_AT_ONCE; i++) {
    struct dns_asker asker = {.connection = -1, .from_length = sizeof asker.from};
    ssize_t got = recvfrom(datagrams, message, sizeof message, MSG_DONTWAIT, (struct sockaddr *)&asker.from, &asker.from_length);
    if (got < 0) return;
    resolver_ask(&asker, message, (size_t)got);
  }
}

static void take_connection(void) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  unsigned place = 0;
  if (fd < 0) return;
  for (unsigned i = 0; i < connection_count; i++) {
    if (connections[i].fd < 0) {
      place = i;
      break;
    }
    if (connections[i].used < connections[place].used) place = i;
  }
  if (connection_count < MOST_CONNECTIONS && (connection_count == 0 || connections[place].fd >= 0)) {
    place = connection_count++;
    connections[place].fd = -1;
  }
  struct connection *connection = &connections[place];
  if (connection->fd >= 0) hang_up(connection); // the one that has been silent for longest
  connection->fd = fd;
  connection->generation++;
  connection->used = ++turn;
  watch(fd, tag_of(place), EPOLLIN, EPOLL_CTL_ADD);
}

static void write_out(unsigned place) {
  struct connection *connection = &connections[place];
  while (connection->out_length) {
    ssize_t sent = send(connection->fd, connection->out, connection->out_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent <= 0) {
      hang_up(connection);
      return;
    }
    unsent -= (size_t)sent;
    connection->out_length -= (size_t)sent;
    memmove(connection->out, connection->out + sent, connection->out_length);
  }
  if (connection->out_length == 0) {
    free(connection->out);
    connection->out = NULL;
  }
  watch(connection->fd, tag_of(place), EPOLLIN | (connection->out_length ? EPOLLOUT : 0), EPOLL_CTL_MOD);
}

static void take_questions(unsigned place) {
  struct connection *connection = &connections[place];
  ssize_t got = recv(connection->fd, connection->in + connection->in_length, sizeof connection->in - connection->in_length, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    hang_up(connection);
    return;
  }
  connection->used = ++turn;
  connection->in_length += (size_t)got;
  while (connection->fd >= 0 && connection->in_length >= 2) {
    struct dns_asker asker = {.connection = (int)place, .generation = connection->generation};
    uint8_t message[LONGEST_QUESTION];
    size_t length = dns_number(connection->in);
    if (length > LONGEST_QUESTION) {
      hang_up(connection);
      return;
    }
    if (connection->in_length < 2 + length) return;
    memcpy(message, connection->in + 2, length);
    connection->in_length -= 2 + length;
    memmove(connection->in, connection->in + 2 + length, connection->in_length);
    resolver_ask(&asker, message, length); // may hang up
  }
}

void dns_serve_event(uint64_t tag, uint32_t events) {
  uint32_t kind = (uint32_t)tag;
  if (kind == TAG_DNS_DATAGRAMS) {
    take_datagrams();
    return;
  }
  if (kind == TAG_DNS_LISTENER) {
    take_connection();
    return;
  }
  unsigned place = kind - TAG_DNS_CONNECTION;
  if (place >= connection_count || connections[place].fd < 0 || tag != tag_of(place)) return;
  if (events & EPOLLOUT) write_out(place);
  if (connections[place].fd >= 0 && (events & ~(uint32_t)EPOLLOUT)) take_questions(place);
}

static void answer_stream(const struct dns_asker *asker, const uint8_t *message, size_t length) {
  unsigned place = (unsigned)asker->connection;
  struct connection *connection = &connections[place];
  if (place >= connection_count || connection->fd < 0 || connection->generation != asker->generation) return;
  uint8_t *grown = unsent + 2 + length > MOST_UNSENT ? NULL : realloc(connection->out, connection->out_length + 2 + length);
  if (!grown) { // whoever does not read
    hang_up(connection);
    return;
  }
  connection->out = grown;
  grown[connection->out_length] = (uint8_t)(length >> 8), grown[connection->out_length + 1] = (uint8_t)length;
  memcpy(grown + connection->out_length + 2, message, length);
  connection->out_length += 2 + length;
  unsent += 2 + length;
  write_out(place);
}

void dns_serve_answer(const struct dns_asker *asker, const struct dns_question *question, const uint8_t *message, size_t length) {
  uint8_t shorter[DNS_DATAGRAM];
  if (asker->connection >= 0) {
    answer_stream(asker, message, length);
    return;
  }
  if (length > question->room) {
    length = dns_write_empty(question, DNS_NOERROR, DNS_NO_REASON, true, shorter);
    message = shorter;
  }
  sendto(datagrams, message, length, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&asker->from, asker->from_length);
}
