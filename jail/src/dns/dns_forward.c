// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "dns_forward.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "monotonic.h"
#include "fd.h"
#include "resolver.h"

// A question takes 8 seconds at most, as long as a C library waits for it.
enum { MOST_FORWARDED = 128, MOST_TRIES = 4, TRY_MS = 2000, STREAM_MS = 4000, DATAGRAM_ROOM = 4096 };
// What answers over TCP may take of our memory, all together: who asks for many long ones at once is told that there
// is none.
enum { MOST_STREAMED = 2 * DNS_MOST };
static size_t streamed;

static const struct plan *plan;
static int queue = -1, timer = -1;

static struct forwarded {
  int fd;              // -1: free
  uint32_t generation; // tells an event for the place's former user from one for the present one
  bool stream, plain;  // over TCP; without extensions
  bool asked;          // the stream has the whole question
  unsigned tries, resolver;
  uint16_t id;
  uint64_t deadline;
  size_t length, sent; // of the stream: received; sent
  uint8_t *message;    // of the stream, once its length is known
  uint8_t announced[2]; // that length, as it comes
  struct dns_asker asker;
  struct dns_question question;
} forwarded[MOST_FORWARDED];
static unsigned forwarded_count; // places that were ever in use

static uint64_t tag_of(const struct forwarded *one) { return (uint64_t)one->generation << 32 | (TAG_DNS_FORWARD + (uint32_t)(one - forwarded)); }

void dns_forward_open(const struct plan *given, int epoll) {
  plan = given;
  queue = epoll;
}

static void set_timer(void) {
  uint64_t first = UINT64_MAX;
  for (unsigned i = 0; i < forwarded_count; i++)
    if (forwarded[i].fd >= 0 && forwarded[i].deadline < first) first = forwarded[i].deadline;
  if (timer < 0) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = TAG_DNS_TIMER};
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer >= 0) epoll_ctl(queue, EPOLL_CTL_ADD, timer, &event);
  }
  struct itimerspec spec = {0};
  if (first != UINT64_MAX) spec.it_value = (struct timespec){(time_t)(first / 1000), (long)(first % 1000) * 1000000 + 1};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

static size_t stream_length(const struct forwarded *one) { return dns_number(one->announced); }

static void drop_message(struct forwarded *one) {
  if (one->message) streamed -= stream_length(one);
  free(one->message);
  one->message = NULL;
}

static void end(struct forwarded *one) {
  fd_close(&one->fd);
  drop_message(one);
}

static void fail(struct forwarded *one) {
  end(one);
  resolver_answered(&one->asker, &one->question, NULL, NULL);
}

static int open_socket(const struct resolver_step *resolver, bool stream) {
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(resolver->port)};
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(resolver->port), .sin6_scope_id = resolver->scope};
  bool four = resolver->at.family == AF_INET;
  memcpy(&in.sin_addr, resolver->at.address, 4);
  memcpy(&in6.sin6_addr, resolver->at.address, 16);
  AUTO_FD fd = socket(resolver->at.family, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int result = connect(fd, four ? (struct sockaddr *)&in : (struct sockaddr *)&in6, four ? sizeof in : sizeof in6);
  return result < 0 && errno != EINPROGRESS ? -1 : fd_take(&fd);
}

// Sends the question to the nameserver whose turn it is. False if that fails at once.
static bool ask(struct forwarded *one) {
  uint8_t query[DNS_QUERY_ROOM];
  struct epoll_event event = {.events = one->stream ? EPOLLOUT : EPOLLIN, .data.u64 = tag_of(one)};
  if (one->fd < 0) {
    if (getrandom(&one->id, sizeof one->id, 0) != (ssize_t)sizeof one->id) return false;
    one->fd = open_socket(&plan->resolvers[one->resolver], one->stream);
    if (one->fd < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, one->fd, &event) < 0) {
      fd_close(&one->fd);
      return false;
    }
  }
  one->deadline = clock_ms() + (one->stream ? STREAM_MS : TRY_MS);
  if (one->stream) return true; // goes out when it is connected
  size_t length = dns_write_query(&one->question, one->id, !one->plain, query);
  return send(one->fd, query, length, MSG_NOSIGNAL) == (ssize_t)length || errno == EAGAIN;
}

// Asks once more: the next nameserver, or, where there is one, on the same socket, so that a late answer counts.
static void try_again(struct forwarded *one, bool failed) {
  drop_message(one);
  do {
    if (++one->tries >= MOST_TRIES || (failed && one->tries >= plan->resolver_count)) {
      fail(one);
      return;
    }
    if (failed || one->stream || plan->resolver_count > 1) {
      fd_close(&one->fd);
      one->generation++;
      one->resolver = (one->resolver + 1) % (unsigned)plan->resolver_count;
    }
    one->stream = false;
    failed = !ask(one);
  } while (failed);
}

// Asks the same nameserver in another way.
static void ask_otherwise(struct forwarded *one, bool stream, bool plain) {
  end(one);
  one->generation++;
  one->stream = stream, one->plain = plain;
  one->length = one->sent = 0;
  one->asked = false;
  if (!ask(one)) try_again(one, true);
}

bool dns_forward(const struct dns_asker *asker, const struct dns_question *question) {
  struct forwarded *free_place = NULL;
  if (plan->resolver_count == 0) return false;
  for (unsigned i = 0; i < forwarded_count; i++) {
    struct forwarded *one = &forwarded[i];
    if (one->fd < 0) {
      if (!free_place) free_place = one;
      continue;
    }
    // Asked again by somebody who waits already: one answer is enough.
    if (one->question.id == question->id && one->question.type == question->type && one->asker.connection == asker->connection &&
        one->asker.generation == asker->generation && memcmp(&one->asker.from, &asker->from, sizeof asker->from) == 0 &&
        strcmp(one->question.name, question->name) == 0)
      return true;
  }
  if (!free_place && forwarded_count == MOST_FORWARDED) return false;
  if (!free_place) free_place = &forwarded[forwarded_count++];
  *free_place = (struct forwarded){.fd = -1, .generation = free_place->generation + 1, .asker = *asker, .question = *question};
  if (!ask(free_place)) try_again(free_place, true);
  set_timer();
  return true;
}

static void take(struct forwarded *one, uint8_t *message, size_t length) {
  struct dns_answer answer;
  switch (dns_take_answer(plan, &one->question, one->id, message, length, &answer)) {
    case ANSWER_OTHERS:
      if (one->stream) try_again(one, true); // nobody else can have written there
      return;
    case ANSWER_PLAIN:
      if (one->plain) try_again(one, true);
      else ask_otherwise(one, one->stream, true);
      return;
    case ANSWER_TRUNCATED:
      if (one->stream) try_again(one, true);
      else ask_otherwise(one, true, one->plain);
      return;
    case ANSWER_UNUSABLE:
      try_again(one, true);
      return;
    case ANSWER_TAKEN:
      fd_close(&one->fd);
      resolver_answered(&one->asker, &one->question, &answer, message);
      end(one); // the message stands in it
  }
}

static void take_datagram(struct forwarded *one) {
  uint8_t message[DATAGRAM_ROOM];
  ssize_t got = recv(one->fd, message, sizeof message, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) try_again(one, true); // ICMP: nobody listens there
  else take(one, message, (size_t)got);
}

static void send_stream(struct forwarded *one) {
  uint8_t query[2 + DNS_QUERY_ROOM];
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag_of(one)};
  size_t length = dns_write_query(&one->question, one->id, !one->plain, query + 2);
  query[0] = (uint8_t)(length >> 8), query[1] = (uint8_t)length;
  ssize_t sent = send(one->fd, query + one->sent, 2 + length - one->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno == EAGAIN) return;
  if (sent < 0) {
    try_again(one, true);
    return;
  }
  one->sent += (size_t)sent;
  if (one->sent < 2 + length) return;
  one->asked = true;
  if (epoll_ctl(queue, EPOLL_CTL_MOD, one->fd, &event) < 0) try_again(one, true);
}

static bool make_room(struct forwarded *one) {
  size_t length = stream_length(one);
  if (length == 0 || streamed + length > MOST_STREAMED || !(one->message = malloc(length))) return false;
  streamed += length;
  return true;
}

static void take_stream(struct forwarded *one) {
  bool begun = one->length >= sizeof one->announced;
  uint8_t *to = begun ? one->message + one->length - sizeof one->announced : one->announced + one->length;
  size_t missing = sizeof one->announced + (begun ? stream_length(one) : 0) - one->length;
  ssize_t got = recv(one->fd, to, missing, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    try_again(one, true);
    return;
  }
  one->length += (size_t)got;
  if ((size_t)got < missing) return;
  if (begun) take(one, one->message, stream_length(one));
  else if (!make_room(one)) try_again(one, true);
}

void dns_forward_event(uint64_t tag) {
  uint32_t place = (uint32_t)tag - TAG_DNS_FORWARD;
  if (place >= forwarded_count || forwarded[place].fd < 0 || tag != tag_of(&forwarded[place])) return;
  struct forwarded *one = &forwarded[place];
  if (!one->stream) take_datagram(one);
  else if (!one->asked) send_stream(one);
  else take_stream(one);
  set_timer();
}

void dns_forward_time(void) {
  uint64_t ticks, now = clock_ms();
  if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) return;
  for (unsigned i = 0; i < forwarded_count; i++)
    if (forwarded[i].fd >= 0 && forwarded[i].deadline <= now) try_again(&forwarded[i], false);
  set_timer();
}
