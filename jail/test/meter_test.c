// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "meter.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "check.h"

static int epoll;
static struct address peer;

static int listen_on(int family) {
  struct sockaddr_storage name = {.ss_family = (sa_family_t)family};
  socklen_t length = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (family == AF_INET) ((struct sockaddr_in *)&name)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  else ((struct sockaddr_in6 *)&name)->sin6_addr = in6addr_loopback;
  EXPECT(bind(fd, (struct sockaddr *)&name, length) == 0 && listen(fd, 512) == 0 && getsockname(fd, (struct sockaddr *)&name, &length) == 0);
  EXPECT(address_read(&name, length, false, &peer));
  return fd;
}

// Connects through a socket of `family`, an IPv4 address as a mapped one where that is IPv6.
static int connect_by(int family) {
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(peer.port)};
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(peer.port)};
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  memcpy(&in.sin_addr, peer.bytes, 4);
  if (peer.family == AF_INET6) memcpy(&in6.sin6_addr, peer.bytes, 16);
  else in6.sin6_addr.s6_addr[10] = in6.sin6_addr.s6_addr[11] = 0xff, memcpy(in6.sin6_addr.s6_addr + 12, peer.bytes, 4);
  EXPECT(connect(fd, family == AF_INET ? (struct sockaddr *)&in : (struct sockaddr *)&in6, family == AF_INET ? sizeof in : sizeof in6) == 0);
  return fd;
}

static void talk(int one, int other, size_t there, size_t back) {
  static char data[1 << 16];
  EXPECT(send(one, data, there, 0) == (ssize_t)there && recv(other, data, there, MSG_WAITALL) == (ssize_t)there);
  EXPECT(send(other, data, back, 0) == (ssize_t)back && recv(one, data, back, MSG_WAITALL) == (ssize_t)back);
}

// Until all that was begun has ended, as the supervisor's loop does it.
static void wait_for_ends(unsigned left) {
  struct epoll_event event;
  while (meter_living() > left && epoll_wait(epoll, &event, 1, 5000) == 1) meter_event(event.data.u64);
}

static void one_of(int listening, int by) {
  struct meter_bytes bytes = {0};
  int listener = listen_on(listening), fd = connect_by(by), accepted = accept(listener, NULL, NULL);
  meter_begin(fd, &peer, &bytes);
  EXPECT(meter_living() == 1);
  talk(fd, accepted, 10000, 300);
  EXPECT(meter_read() == 0 && bytes.sent == 10000 && bytes.received == 300);
  talk(fd, accepted, 1, 2);
  close(fd), close(accepted), close(listener);
  wait_for_ends(0);
  // The far end's own end counts as a byte where it came first.
  EXPECT(meter_living() == 0 && bytes.sent == 10001 && (bytes.received == 302 || bytes.received == 303));
}

int main(void) {
  epoll = epoll_create1(EPOLL_CLOEXEC);
  meter_open(epoll, true);

  test("the bytes of a connection are known while it lives and when it has ended");
  one_of(AF_INET, AF_INET);
  test("over IPv6, and over IPv4 by a socket of IPv6, as well");
  one_of(AF_INET6, AF_INET6);
  one_of(AF_INET, AF_INET6);

  test("hundreds of connections at once, and each is counted for its own destination");
  enum { MANY = 400 };
  static struct meter_bytes odd, even;
  static int fds[MANY], accepted[MANY];
  int listener = listen_on(AF_INET);
  for (int i = 0; i < MANY; i++) {
    fds[i] = connect_by(AF_INET), accepted[i] = accept(listener, NULL, NULL);
    meter_begin(fds[i], &peer, i % 2 ? &odd : &even);
    talk(fds[i], accepted[i], 100, 10);
  }
  EXPECT(meter_living() == MANY && meter_read() == 0 && odd.sent == MANY / 2 * 100 && even.received == MANY / 2 * 10);
  for (int i = 0; i < MANY; i++) close(fds[i]), close(accepted[i]);
  wait_for_ends(0);
  EXPECT(meter_living() == 0 && odd.sent == MANY / 2 * 100 && even.sent == MANY / 2 * 100);

  test("others' connections are no news, and after some of them are not even heard of");
  struct meter_bytes own = {0};
  int fd = connect_by(AF_INET), other = accept(listener, NULL, NULL);
  meter_begin(fd, &peer, &own);
  for (int round = 0; round < 200; round++) {
    struct epoll_event event;
    int stranger = connect_by(AF_INET);
    close(accept(listener, NULL, NULL)), close(stranger);
    while (epoll_wait(epoll, &event, 1, round < 100 ? 1 : 0) == 1) meter_event(event.data.u64);
  }
  struct epoll_event event;
  while (epoll_wait(epoll, &event, 1, 100) == 1) meter_event(event.data.u64); // what came before that
  for (int round = 0; round < 5; round++) {
    int stranger = connect_by(AF_INET);
    close(accept(listener, NULL, NULL)), close(stranger);
  }
  EXPECT(epoll_wait(epoll, &event, 1, 100) == 0 && meter_living() == 1);
  talk(fd, other, 7, 8);
  // A connection that begins afterwards is heard of again.
  struct meter_bytes later = {0};
  int second = connect_by(AF_INET), second_accepted = accept(listener, NULL, NULL);
  meter_begin(second, &peer, &later);
  talk(second, second_accepted, 5, 6);
  close(second), close(second_accepted), close(fd), close(other);
  wait_for_ends(0);
  EXPECT(meter_living() == 0 && own.sent == 7 && later.sent == 5 && meter_read() == 0);

  test("what cannot be kept count of is said to be so");
  struct meter_bytes none = {0};
  meter_begin(-1, &peer, &none);
  EXPECT(meter_read() == 1 && none.sent == 0);
  close(listener);
  return tests_done("meter");
}
