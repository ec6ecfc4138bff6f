// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "meter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "fd.h"
#include "monotonic.h"

// Everybody who listens hears of every TCP socket of the machine that ends. So this one listens only while a connection
// of its own lives or nobody else's ends, and once it has heard too much of others' it has the kernel leave those out: then an end somewhere else costs
// the kernel 0.07 µs for each who listens.
enum { ATTRIBUTE = (sizeof(struct nlattr) + 3) / 4 * 4, MOST_METERED = 4096, MOST_FILTERED = 64, OTHERS_HEARD = 32, ROOM = 4096, QUEUE = 1 << 20, MOST_WAIT_MS = 20, PAUSE_MS = 20 };

static struct metered {
  uint64_t cookie; // the kernel's number for the socket, never given twice; 0: free
  struct meter_bytes *into, last; // what has been added already
  struct inet_diag_sockid id;
  uint8_t family;
} metered[MOST_METERED];
static unsigned used, living, others; // places that were ever in use; of them those with a connection; see OTHERS_HEARD
static uint64_t unknown;
static int queue = -1, group = -1, asker = -1, pause_timer = -1;
static bool is_wanted, is_open, is_listening, is_filtered;

void meter_open(int epoll, bool wanted) { queue = epoll, is_wanted = wanted; }

unsigned meter_living(void) { return living; }

static int netlink(void) { return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG); }

// At the first connection: most cells make none.
static bool open_sockets(void) {
  struct sockaddr_nl self = {.nl_family = AF_NETLINK};
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = TAG_METER};
  int room = QUEUE;
  if (is_open) return group >= 0;
  is_open = true;
  struct epoll_event ended = {.events = EPOLLIN, .data.u64 = TAG_METER_PAUSE};
  AUTO_FD listening = netlink(), asking = netlink(), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (listening < 0 || timer < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, timer, &ended) < 0 || asking < 0 || bind(listening, (struct sockaddr *)&self, sizeof self) < 0 || bind(asking, (struct sockaddr *)&self, sizeof self) < 0 ||
      epoll_ctl(queue, EPOLL_CTL_ADD, listening, &event) < 0)
    return false;
  setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &room, sizeof room); // as much as is allowed
  group = fd_take(&listening), asker = fd_take(&asking), pause_timer = fd_take(&timer);
  return true;
}

static bool listen_in(bool in) {
  static const int numbers[] = {SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY};
  bool done = true;
  for (size_t i = 0; i < 2; i++) done &= setsockopt(group, SOL_NETLINK, in ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP, &numbers[i], sizeof numbers[i]) == 0;
  return done;
}

static uint32_t low(const struct metered *one) { return htonl((uint32_t)one->cookie); } // as a filter loads it

// Only messages about connections of our own come through. To be made anew with each connection it costs too much.
static void filter_others(void) {
  const uint32_t at = NLMSG_HDRLEN + offsetof(struct inet_diag_msg, id.idiag_cookie);
  struct sock_filter code[MOST_FILTERED + 3] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)};
  unsigned count = 1, left = living;
  others = 0;
  if (is_filtered || living > MOST_FILTERED) return;
  for (unsigned i = 0; i < used; i++)
    if (metered[i].cookie) code[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, low(&metered[i]), (uint8_t)left--, 0);
  code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
  code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
  struct sock_fprog program = {(unsigned short)count, code};
  is_filtered = setsockopt(group, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

static void hear_all(void) {
  int unused = 0;
  if (is_filtered) setsockopt(group, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
  is_filtered = false;
  others = 0;
}

static struct metered *find(uint64_t cookie) {
  for (unsigned i = 0; i < used; i++)
    if (metered[i].cookie == cookie) return &metered[i];
  return NULL;
}

static void forget(struct metered *one) {
  one->cookie = 0;
  if (--living == 0) used = 0;
}

static void add(struct metered *one, const struct tcp_info *info) {
  // A segment that was sent again is not more data.
  struct meter_bytes now = {info->tcpi_bytes_sent - info->tcpi_bytes_retrans, info->tcpi_bytes_received};
  if (now.sent > one->last.sent) one->into->sent += now.sent - one->last.sent;
  if (now.received > one->last.received) one->into->received += now.received - one->last.received;
  one->last = now;
}

// What a message says of a socket. False if it says nothing that is of use.
static bool read_info(const struct nlmsghdr *message, size_t length, uint64_t *cookie, struct tcp_info *info) {
  const struct inet_diag_msg *said = NLMSG_DATA(message);
  const unsigned char *at = (const unsigned char *)(said + 1), *end = (const unsigned char *)message + message->nlmsg_len;
  if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY || message->nlmsg_len > length || message->nlmsg_len < NLMSG_LENGTH(sizeof *said)) return false;
  *cookie = (uint64_t)said->id.idiag_cookie[1] << 32 | said->id.idiag_cookie[0];
  while (end - at >= (ptrdiff_t)sizeof(struct nlattr)) {
    struct nlattr attribute;
    memcpy(&attribute, at, sizeof attribute);
    if (attribute.nla_len < sizeof attribute || attribute.nla_len > end - at) return false;
    // Before kernel 4.19 it is too short to have what is sent.
    if (attribute.nla_type == INET_DIAG_INFO && attribute.nla_len >= ATTRIBUTE + offsetof(struct tcp_info, tcpi_bytes_retrans) + sizeof info->tcpi_bytes_retrans) {
      size_t size = attribute.nla_len - (size_t)ATTRIBUTE;
      memset(info, 0, sizeof *info);
      memcpy(info, at + ATTRIBUTE, size < sizeof *info ? size : sizeof *info);
      return true;
    }
    ptrdiff_t whole = (attribute.nla_len + 3) / 4 * 4;
    if (whole > end - at) return false;
    at += whole;
  }
  return false;
}

// Asks for a connection that lives. False if it does no more.
static bool ask(struct metered *one) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 wanted;
  } request = {.header = {.nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
               .wanted = {.sdiag_family = one->family, .sdiag_protocol = IPPROTO_TCP, .idiag_ext = 1 << (INET_DIAG_INFO - 1), .idiag_states = UINT32_MAX, .id = one->id}};
  _Alignas(struct nlmsghdr) unsigned char answer[ROOM];
  struct tcp_info info;
  uint64_t cookie;
  if (send(asker, &request, sizeof request, 0) < 0) return true; // no memory: another time
  ssize_t got = recv(asker, answer, sizeof answer, MSG_DONTWAIT);  // the kernel has answered within the call
  if (got < (ssize_t)sizeof(struct nlmsghdr) || !read_info((const struct nlmsghdr *)answer, (size_t)got, &cookie, &info) || cookie != one->cookie) return false;
  add(one, &info);
  return true;
}

// Asks for all that live. How many do no more: their end has been told, or will be at once.
static unsigned look_at_living(bool lost) {
  unsigned ended = 0;
  for (unsigned i = 0; i < used; i++) {
    if (!metered[i].cookie || ask(&metered[i])) continue;
    ended++;
    if (!lost) continue;
    unknown++;
    forget(&metered[i]);
  }
  return ended;
}

// Others' ends are heard, and none of ours is to be expected: the next connection listens again.
static void stop_listening(void) {
  unsigned char message[64];
  listen_in(false);
  is_listening = false;
  hear_all();
  while (recv(group, message, sizeof message, MSG_DONTWAIT) >= 0) {}
}

static void hear(void) {
  _Alignas(struct nlmsghdr) unsigned char message[ROOM];
  struct tcp_info info;
  uint64_t cookie;
  ssize_t got;
  while (is_listening && (got = recv(group, message, sizeof message, MSG_DONTWAIT)) >= 0) {
    if (got < (ssize_t)sizeof(struct nlmsghdr) || !read_info((const struct nlmsghdr *)message, (size_t)got, &cookie, &info)) continue;
    struct metered *one = find(cookie);
    if (one) {
      add(one, &info);
      forget(one);
    } else if (!living) {
      stop_listening();
    } else if (++others == OTHERS_HEARD) {
      filter_others();
    }
  }
  if (is_listening && errno == ENOBUFS) look_at_living(true);
}

// To be woken for each end by itself would cost a busy cell more than all the counting: those of a moment are read together.
static void watch(uint32_t events, long milliseconds) {
  struct epoll_event event = {.events = events, .data.u64 = TAG_METER};
  struct itimerspec spec = {.it_value.tv_nsec = milliseconds * 1000000};
  epoll_ctl(queue, EPOLL_CTL_MOD, group, &event);
  timerfd_settime(pause_timer, 0, &spec, NULL);
}

void meter_event(uint64_t tag) {
  hear();
  if (tag == TAG_METER) watch(0, PAUSE_MS);
  else watch(EPOLLIN, 0);
}

uint64_t meter_read(void) {
  // The kernel tells of an end a moment after it, from a thread of its own.
  const unsigned ended = living ? look_at_living(false) : 0, left = living - ended;
  const uint64_t deadline = clock_ms() + MOST_WAIT_MS;
  for (uint64_t now; living > left && (now = clock_ms()) < deadline;) {
    struct pollfd readable = {.fd = group, .events = POLLIN};
    if (poll(&readable, 1, (int)(deadline - now)) > 0) hear();
  }
  return unknown;
}

static void put_address(const struct address *address, uint8_t family, uint32_t out[4]) {
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
  uint8_t bytes[16] = {0};
  bool within = family == AF_INET6 && address->family == AF_INET;
  if (within) memcpy(bytes, mapped, sizeof mapped);
  memcpy(bytes + (within ? 12 : 0), address->bytes, address->family == AF_INET ? 4 : 16);
  memcpy(out, bytes, sizeof bytes);
}

static struct metered *place(void) {
  for (unsigned i = 0; i < used; i++)
    if (!metered[i].cookie) return &metered[i];
  return used < MOST_METERED ? &metered[used++] : NULL;
}

void meter_begin(int fd, const struct address *peer, struct meter_bytes *into) {
  struct sockaddr_storage name;
  struct address local;
  struct metered next = {.into = into};
  socklen_t length = sizeof name, size = sizeof next.cookie;
  if (!is_wanted || !open_sockets() || getsockopt(fd, SOL_SOCKET, SO_COOKIE, &next.cookie, &size) < 0 || getsockname(fd, (struct sockaddr *)&name, &length) < 0 ||
      !address_read(&name, length, true, &local)) {
    unknown++;
    return;
  }
  next.family = (uint8_t)name.ss_family;
  next.id = (struct inet_diag_sockid){.idiag_sport = htons(local.port), .idiag_dport = htons(peer->port), .idiag_cookie = {(uint32_t)next.cookie, (uint32_t)(next.cookie >> 32)}};
  put_address(&local, next.family, next.id.idiag_src);
  put_address(peer, next.family, next.id.idiag_dst);
  struct metered *one = find(next.cookie); // a socket that is connected once more, after it has failed
  if (!one) {
    if (!is_listening && !(is_listening = listen_in(true))) {
      unknown++;
      return;
    }
    one = place();
    living += one != NULL;
  }
  if (!one) {
    unknown++;
    return;
  }
  *one = next;
  hear_all();
}
