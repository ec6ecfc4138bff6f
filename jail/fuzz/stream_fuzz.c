// SPDX-License-Identifier: Apache-2.0
// The fuzz target: the whole nameserver of a cell, over real sockets, with a hostile program on one side and a hostile
// nameserver on the other. Only questions for granted names leave, and with nothing more in them; no address comes in that
// the plan does not let the cell have. The input is a list of what the two do: what, how long, bytes.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <unistd.h>

#include "dns_forward.h"
#include "fd.h"
#include "fuzz.h"
#include "names.h"
#include "resolver.h"
#include "status.h"

unsigned long fuzz_accepted;
const char fuzz_name[] = "stream_fuzz";

enum { CLIENTS = 3, HOURS_MS = 3 * 3600 * 1000, TRY_MS = 5000 };
static struct plan *plan;
static int epoll, asker, upstream, upstream_listener, upstream_stream = -1, clients[CLIENTS] = {-1, -1, -1};
static struct sockaddr_un client_address;
static socklen_t client_address_length;
static struct sockaddr_in from; // whom the nameserver has to answer
static uint8_t asked[512], stream_in[4096];
static size_t asked_length, stream_length;

// A socket of the unix family with a name of the kernel's choice.
static int named(int type, struct sockaddr_un *name, socklen_t *length) {
  int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  *name = (struct sockaddr_un){.sun_family = AF_UNIX}, *length = sizeof name->sun_family;
  fuzz_hold(fd >= 0 && bind(fd, (struct sockaddr *)name, *length) == 0, "a socket");
  *length = sizeof *name;
  fuzz_hold(getsockname(fd, (struct sockaddr *)name, length) == 0, "a name");
  return fd;
}

static void open_all(void) {
  static struct sockaddr_un datagrams_address;
  socklen_t length;
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  char text[2048], error[128];
  epoll = epoll_create1(EPOLL_CLOEXEC);
  upstream = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  upstream_listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  for (int tries = 0; tries < 100; tries++) { // a port that is free for both
    in.sin_port = 0, length = sizeof in;
    if (bind(upstream_listener, (struct sockaddr *)&in, sizeof in) < 0 || getsockname(upstream_listener, (struct sockaddr *)&in, &length) < 0) continue;
    if (bind(upstream, (struct sockaddr *)&in, sizeof in) == 0) break;
  }
  fuzz_hold(in.sin_port && listen(upstream_listener, 64) == 0, "a nameserver");
  int written = snprintf(text, sizeof text,
                         "cordon-plan 1\nidentity 1 1 1 1\nnamespaces user mount pid net ipc uts\ndirectory /a\nlandlock 1 1 1\n"
                         "seccomp 00060000000500267fff000000000000\nconnect allow tcp 10.1.0.0/16 80-80\nconnect deny tcp 93.184.0.0/16 0-65535\n"
                         "connect deny udp 93.184.0.0/16 0-65535\nnameserver cell\nname allow tcp *.example.test 443-443\n"
                         "name deny tcp *.denied.test 0-65535\nname deny udp *.denied.test 0-65535\npublic 8.0.0.0/5\npublic 80.0.0.0/4\npublic 2400::/6\n"
                         "resolver 127.0.0.1 %u\nhost h.example.test 8.9.9.9\nhost h.example.test 10.0.0.1\ncwd /\nexec /a\narg a\nend\n",
                         ntohs(in.sin_port));
  plan = plan_parse(text, (size_t)written, error, sizeof error);
  fuzz_hold(plan, error);
  status_use(open("/dev/null", O_WRONLY | O_CLOEXEC));
  resolver_open(plan, epoll);
  int datagrams = named(SOCK_DGRAM, &datagrams_address, &length);
  asker = named(SOCK_DGRAM, &client_address, &client_address_length);
  fuzz_hold(connect(asker, (struct sockaddr *)&datagrams_address, length) == 0, "a client");
  fuzz_hold(dns_serve(epoll, &datagrams, SOCK_DGRAM), "the datagrams");
  int listener = named(SOCK_STREAM, &client_address, &client_address_length);
  fuzz_hold(listen(listener, 64) == 0 && dns_serve(epoll, &listener, SOCK_STREAM), "the listener");
}

static void hold_question(const uint8_t *message, size_t length) {
  struct dns_question question;
  fuzz_hold(dns_read_question(message, length, &question) == DNS_NOERROR, "a question that is none");
  fuzz_hold(name_may_be_asked(plan, question.name), "a question that may not leave");
  fuzz_hold(length == DNS_HEADER + question.wire_length + (question.edns ? 11 : 0), "a question with more in it");
  for (size_t i = DNS_HEADER; i < DNS_HEADER + question.wire_length - 4; i++) fuzz_hold(message[i] < 'A' || message[i] > 'Z', "a capital letter");
}

static void hold_answer(const uint8_t *message, size_t length) {
  struct dns_record record;
  char name[DNS_NAME_ROOM];
  size_t at = DNS_HEADER, start = DNS_HEADER;
  fuzz_hold(length >= DNS_HEADER && (message[2] & 0x80), "an answer that is none");
  if (dns_number(message + 4) == 0) return;
  if (!dns_name_read(message, length, &start, name)) name[0] = '\0';
  fuzz_hold(dns_name_skip(message, length, &at) && length - at >= 4, "an answer without its question");
  at += 4;
  for (unsigned count = dns_number(message + 6); count; count--) {
    fuzz_hold(dns_read_record(message, length, &at, &record), "an answer that cannot be read");
    if (record.type != DNS_A && record.type != DNS_AAAA) continue;
    struct address address = {.family = record.type == DNS_A ? AF_INET : AF_INET6};
    memcpy(address.bytes, message + record.at, record.length < 16 ? record.length : 16);
    address_unmap(&address);
    fuzz_hold(name_may_have(plan, name, &address) || (!strcmp(name, "localhost") || dns_name_is_below(name, "localhost")), "an address that the cell may not have");
    fuzz_accepted++;
  }
}

// Whatever has come on the far ends: questions at the nameserver, answers at the clients.
static void look(void) {
  static uint8_t message[1 << 16];
  socklen_t length = sizeof from;
  ssize_t got;
  while ((got = recvfrom(upstream, message, sizeof message, MSG_DONTWAIT, (struct sockaddr *)&from, &length)) >= 0) {
    hold_question(message, (size_t)got);
    memcpy(asked, message, asked_length = (size_t)got);
    length = sizeof from;
  }
  while ((got = recv(asker, message, sizeof message, MSG_DONTWAIT)) >= 0) hold_answer(message, (size_t)got);
  if (upstream_stream >= 0 && (got = recv(upstream_stream, stream_in + stream_length, sizeof stream_in - stream_length, MSG_DONTWAIT)) > 0) stream_length += (size_t)got;
  if (stream_length >= 2 && stream_length >= 2 + (size_t)dns_number(stream_in)) {
    asked_length = dns_number(stream_in);
    memcpy(asked, stream_in + 2, asked_length), stream_length = 0;
    hold_question(asked, asked_length);
  }
  for (size_t i = 0; i < CLIENTS; i++) {
    while (clients[i] >= 0 && (got = recv(clients[i], message, 2, MSG_DONTWAIT)) == 2) {
      size_t whole = dns_number(message);
      got = recv(clients[i], message, whole, MSG_DONTWAIT);
      fuzz_hold(got == (ssize_t)whole, "half an answer");
      hold_answer(message, whole);
    }
  }
}

static void pump(void) {
  struct epoll_event events[16];
  for (int turns = 0, count; turns < 64 && (count = epoll_wait(epoll, events, 16, 0)) > 0; turns++)
    for (int i = 0; i < count; i++) resolver_event(events[i].data.u64, events[i].events);
  look();
}

static void write_client(size_t i, const uint8_t *bytes, size_t length) {
  if (clients[i] < 0) {
    clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    fuzz_hold(connect(clients[i], (struct sockaddr *)&client_address, client_address_length) == 0, "a connection");
  }
  if (send(clients[i], bytes, length, MSG_NOSIGNAL) < 0) fd_close(&clients[i]); // it has been hung up on
}

// The nameserver's answer: to what it was asked, with the right id; from there on the input's bytes.
static size_t answer(const uint8_t *bytes, size_t length, bool with_question, uint8_t *out) {
  size_t question = asked_length > DNS_HEADER + 11 ? asked_length - DNS_HEADER - (asked[11] ? 11 : 0) : 0, head = length < 10 ? length : 10, at = 0;
  memcpy(out, asked, 2), at = 2;
  memcpy(out + at, bytes, head), at += head;
  if (with_question && head == 10) memcpy(out + at, asked + DNS_HEADER, question), at += question;
  memcpy(out + at, bytes + head, length - head);
  return at + length - head;
}

static void act(unsigned what, const uint8_t *bytes, size_t length) {
  uint8_t out[2 + 256 + sizeof asked];
  size_t whole;
  switch (what % 8) {
    case 0: // a question by UDP
      send(asker, bytes, length, MSG_DONTWAIT);
      break;
    case 1: // bytes by TCP, as they come
      write_client(what / 8 % CLIENTS, bytes, length);
      break;
    case 2: // a question by TCP
      out[0] = 0, out[1] = (uint8_t)length;
      memcpy(out + 2, bytes, length);
      write_client(what / 8 % CLIENTS, out, 2 + length);
      break;
    case 3:
      fd_close(&clients[what / 8 % CLIENTS]);
      break;
    case 4: // an answer by UDP
      if (!from.sin_port) break;
      whole = answer(bytes, length, what & 8, out);
      sendto(upstream, out, whole, MSG_DONTWAIT, (struct sockaddr *)&from, sizeof from);
      break;
    case 5: // an answer by TCP, whole or as bytes
      if (upstream_stream < 0) upstream_stream = accept4(upstream_listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
      pump();
      if (upstream_stream < 0) break;
      whole = what & 16 ? answer(bytes, length, what & 8, out + 2) + 2 : length;
      if (what & 16) out[0] = (uint8_t)((whole - 2) >> 8), out[1] = (uint8_t)(whole - 2);
      else memcpy(out, bytes, length);
      send(upstream_stream, out, whole, MSG_NOSIGNAL | MSG_DONTWAIT);
      break;
    case 6:
      fd_close(&upstream_stream);
      stream_length = 0;
      break;
    case 7:
      fuzz_clock += (uint64_t)(what / 8 + 1) * 500;
      dns_forward_time();
      break;
  }
  pump();
}

bool fuzz_part(const unsigned char *data, size_t size, size_t chance, size_t *start, size_t *length) {
  size_t count = 0, wanted, seen = 0;
  for (size_t at = 0; at + 2 <= size; at += 2 + (size_t)data[at + 1]) count++;
  wanted = count ? chance % count : 0;
  for (size_t at = 0; at + 2 <= size; at += 2 + (size_t)data[at + 1]) {
    *start = at + 2, *length = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
    if (seen++ == wanted) return true;
  }
  return false;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  if (!plan) open_all();
  unsigned long before = fuzz_accepted;
  for (size_t at = 0, acts = 0; at + 2 <= size && acts < 24; acts++) {
    size_t length = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
    act(data[at], data + at + 2, length);
    at += 2 + length;
  }
  // Nobody is left, and nothing of what was learnt is good any more.
  for (size_t i = 0; i < CLIENTS; i++) fd_close(&clients[i]);
  fd_close(&upstream_stream);
  for (int tries = 0; tries < 5; tries++) {
    fuzz_clock += TRY_MS;
    dns_forward_time();
    pump();
    int late = accept4(upstream_listener, NULL, NULL, SOCK_CLOEXEC);
    if (late >= 0) close(late);
  }
  fuzz_clock += HOURS_MS;
  from = (struct sockaddr_in){0}, asked_length = stream_length = 0;
  fuzz_accepted = before + (fuzz_accepted > before);
  return 0;
}
