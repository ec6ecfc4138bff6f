// SPDX-License-Identifier: Apache-2.0
// sockets TCP4 TCP6 UDP4 UDP6 HANGING: uses sockets in the ways that a library may, on ports of 127.0.0.1 and ::1 that send back
// what they get in capitals, and one whose queue is full. Prints a line for whatever is not as it is without walls.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int ports[5];

static void expect(bool holds, const char *what, const char *where) {
  if (!holds) printf("%s: %s (%s)\n", where, what, strerror(errno));
}

struct to {
  struct sockaddr_storage address;
  socklen_t length;
};

static struct to to(int family, int port) {
  struct to to = {.length = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)};
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((in_port_t)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  memcpy(&to.address, family == AF_INET ? (void *)&in : (void *)&in6, to.length);
  return to;
}

static int port_of(int family, int type) { return ports[(type == SOCK_DGRAM) * 2 + (family == AF_INET6)]; }

static bool connects(int fd, struct to where) {
  if (connect(fd, (struct sockaddr *)&where.address, where.length) == 0) return true;
  struct pollfd writable = {.fd = fd, .events = POLLOUT};
  int cause = 0;
  socklen_t length = sizeof cause;
  return errno == EINPROGRESS && poll(&writable, 1, 10000) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &length) == 0 && cause == 0;
}

static bool hears(int fd, const char *text, size_t length) {
  char got[64] = "";
  size_t have = 0;
  while (have < length) {
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    if (poll(&readable, 1, 10000) < 0 && errno == EINTR) continue;
    ssize_t more = recv(fd, got + have, length - have, 0);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) return false;
    have += (size_t)more;
  }
  return memcmp(got, text, length) == 0;
}

// Each way to send, to an address or where the socket is connected to.
static void sends(int family, int type, bool connected, bool nonblocking) {
  char where[64];
  snprintf(where, sizeof where, "%s, %s, %s, %s", type == SOCK_STREAM ? "tcp" : "udp", family == AF_INET ? "4" : "6", connected ? "connected" : "by address", nonblocking ? "non-blocking" : "blocking");
  struct to peer = to(family, port_of(family, type));
  int fd = socket(family, type | (nonblocking ? SOCK_NONBLOCK : 0), 0);
  if (connected) expect(connects(fd, peer), "connect", where);
  struct sockaddr *address = connected ? NULL : (struct sockaddr *)&peer.address;
  socklen_t length = connected ? 0 : peer.length;
  expect(sendto(fd, "one", 3, 0, address, length) == 3 && hears(fd, "ONE", 3), "sendto", where);
  struct iovec parts[] = {{"t", 1}, {"wo", 2}};
  struct msghdr message = {.msg_name = address, .msg_namelen = length, .msg_iov = parts, .msg_iovlen = 2};
  expect(sendmsg(fd, &message, 0) == 3 && hears(fd, "TWO", 3), "sendmsg", where);
  struct mmsghdr messages[2] = {{.msg_hdr = message}, {.msg_hdr = message}};
  unsigned sent = 0;
  while (sent < 2) {
    int more = sendmmsg(fd, messages + sent, 2 - sent, 0);
    if (more <= 0) break;
    for (int i = 0; i < more; i++) expect(messages[sent + (unsigned)i].msg_len == 3, "sendmmsg's length", where);
    sent += (unsigned)more;
  }
  expect(sent == 2 && hears(fd, type == SOCK_STREAM ? "TWOTWO" : "TWO", type == SOCK_STREAM ? 6 : 3), "sendmmsg", where);
  expect(((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0) == nonblocking, "O_NONBLOCK afterwards", where);
  close(fd);
}

struct option {
  const char *name;
  int level, number, value, family, type; // 0: of any
};
static const struct option options[] = {
    {"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1, 0, 0},
    {"SO_BROADCAST", SOL_SOCKET, SO_BROADCAST, 1, 0, SOCK_DGRAM},
    {"SO_SNDBUF", SOL_SOCKET, SO_SNDBUF, 20000, 0, 0},
    {"SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, 30000, 0, 0},
    {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 1, 0, SOCK_STREAM},
    {"SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 1, 0, 0},
    {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 1, 0, SOCK_STREAM},
    {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 77, 0, SOCK_STREAM},
    {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 7, 0, SOCK_STREAM},
    {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 3, 0, SOCK_STREAM},
    {"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, 9000, 0, SOCK_STREAM},
    {"IP_TOS", IPPROTO_IP, IP_TOS, 0x10, AF_INET, 0},
    {"IP_TTL", IPPROTO_IP, IP_TTL, 33, AF_INET, 0},
    {"IP_PKTINFO", IPPROTO_IP, IP_PKTINFO, 1, AF_INET, SOCK_DGRAM},
    {"IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO, AF_INET, 0},
    {"IP_RECVERR", IPPROTO_IP, IP_RECVERR, 1, AF_INET, SOCK_DGRAM},
    {"IP_MULTICAST_TTL", IPPROTO_IP, IP_MULTICAST_TTL, 5, AF_INET, SOCK_DGRAM},
    {"IP_MULTICAST_LOOP", IPPROTO_IP, IP_MULTICAST_LOOP, 0, AF_INET, SOCK_DGRAM},
    {"IPV6_UNICAST_HOPS", IPPROTO_IPV6, IPV6_UNICAST_HOPS, 44, AF_INET6, 0},
    {"IPV6_MULTICAST_HOPS", IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 6, AF_INET6, SOCK_DGRAM},
    {"IPV6_MULTICAST_LOOP", IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0, AF_INET6, SOCK_DGRAM},
    {"IPV6_MTU_DISCOVER", IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO, AF_INET6, 0},
    {"IPV6_RECVERR", IPPROTO_IPV6, IPV6_RECVERR, 1, AF_INET6, SOCK_DGRAM},
    {"IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, 1, AF_INET6, 0},
    {"IPV6_RECVPKTINFO", IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, AF_INET6, SOCK_DGRAM},
    {"IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS, 0x20, AF_INET6, 0},
};

// What was set before the connection is there after it.
static void keeps_options(int family, int type) {
  int fd = socket(family, type, 0), after;
  socklen_t length;
  int before[sizeof options / sizeof *options];
  struct timeval patience = {12, 340000}, has = {0};
  struct linger linger = {1, 5}, lingers = {0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    const struct option *option = &options[i];
    before[i] = 0, length = sizeof *before;
    if ((option->family && option->family != family) || (option->type && option->type != type)) continue;
    expect(setsockopt(fd, option->level, option->number, &option->value, sizeof option->value) == 0, "setsockopt", option->name);
    getsockopt(fd, option->level, option->number, &before[i], &length);
  }
  expect(connects(fd, to(family, port_of(family, type))), "connect", "with options");
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    const struct option *option = &options[i];
    after = 0, length = sizeof after;
    if ((option->family && option->family != family) || (option->type && option->type != type)) continue;
    getsockopt(fd, option->level, option->number, &after, &length);
    expect(after == before[i], type == SOCK_STREAM ? "is lost by a connection" : "is lost by a connected socket", option->name);
  }
  length = sizeof has;
  for (int name = SO_RCVTIMEO; name <= SO_SNDTIMEO; name++) expect(getsockopt(fd, SOL_SOCKET, name, &has, &length) == 0 && has.tv_sec == 12, "is lost", name == SO_RCVTIMEO ? "SO_RCVTIMEO" : "SO_SNDTIMEO");
  length = sizeof lingers;
  expect(getsockopt(fd, SOL_SOCKET, SO_LINGER, &lingers, &length) == 0 && lingers.l_onoff && lingers.l_linger == 5, "is lost", "SO_LINGER");
  close(fd);
}

static void keeps_flags(void) {
  for (int flags = 0; flags < 4; flags++) {
    int fd = socket(AF_INET, SOCK_STREAM | (flags & 1 ? SOCK_CLOEXEC : 0) | (flags & 2 ? SOCK_NONBLOCK : 0), 0);
    expect(connects(fd, to(AF_INET, ports[0])), "connect", "with flags");
    expect(fcntl(fd, F_GETFD) == (flags & 1 ? FD_CLOEXEC : 0), "close-on-exec", "flags");
    expect(((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0) == ((flags & 2) != 0), "non-blocking", "flags");
    // A copy made afterwards is the connection, also for a child.
    int copy = dup(fd), status = 1;
    pid_t child = fork();
    if (child == 0) _exit(write(copy, "x", 1) == 1 && hears(copy, "X", 1) ? 0 : 1);
    waitpid(child, &status, 0);
    expect(status == 0 && send(copy, "yz", 2, 0) == 2 && hears(fd, "YZ", 2), "a copy", "flags");
    close(copy), close(fd);
  }
}

static void on_alarm(int number) { (void)number; }

// A signal every half a millisecond; none of them breaks an exchange, and what is sent arrives once.
static void stands_signals(int flags) {
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
  struct itimerval often = {{0, 500}, {0, 500}}, never = {0};
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
  for (int i = 0; i < 300; i++) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct iovec part = {"storm", 5};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    struct to peer = to(AF_INET, ports[0]);
    // Interrupted before the broker has taken it, nothing has begun (docs/permissions.md): again, as libuv does it.
    int result;
    while ((result = connect(fd, (struct sockaddr *)&peer.address, peer.length)) < 0 && errno == EINTR) {}
    expect(result == 0 || errno == EISCONN, "connect", "in a storm of signals");
    ssize_t sent;
    while ((sent = sendmsg(fd, &message, 0)) < 0 && errno == EINTR) {}
    expect(sent == 5 && hears(fd, "STORM", 5), "an exchange", "in a storm of signals");
    close(fd);
  }
  setitimer(ITIMER_REAL, &never, NULL);
}

static void *hang(void *unused) {
  struct to peer = to(AF_INET, ports[4]);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  connect(fd, (struct sockaddr *)&peer.address, peer.length);
  return unused;
}

// Some that hang, blocking and not, and a thousand that don't.
static void is_not_held_up(void) {
  static int fds[1000];
  pthread_t threads[4];
  struct to peer = to(AF_INET, ports[4]);
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, hang, NULL);
  for (int i = 0; i < 4; i++) expect(connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *)&peer.address, peer.length) < 0 && errno == EINPROGRESS, "hangs", "one that hangs");
  for (int i = 0; i < 1000; i++) {
    fds[i] = socket(AF_INET, SOCK_STREAM | (i % 2 ? SOCK_NONBLOCK : 0), 0);
    expect(fds[i] >= 0 && connects(fds[i], to(AF_INET, ports[0])), "connect", "a thousand beside some that hang");
  }
  for (int i = 0; i < 1000; i++) expect(send(fds[i], "a", 1, 0) == 1, "send", "a thousand");
  for (int i = 0; i < 1000; i++) expect(hears(fds[i], "A", 1), "an answer", "a thousand");
}

int main(int count, char **arguments) {
  if (count != 6) return 2;
  setvbuf(stdout, NULL, _IONBF, 0);
  for (int i = 0; i < 5; i++) ports[i] = atoi(arguments[i + 1]);
  for (int way = 0; way < 16; way++) {
    int family = way & 1 ? AF_INET6 : AF_INET, type = way & 2 ? SOCK_DGRAM : SOCK_STREAM;
    if (type == SOCK_DGRAM || way & 4) sends(family, type, way & 4, way & 8);
    if (way < 4) keeps_options(family, type);
  }
  keeps_flags();
  stands_signals(0), stands_signals(SA_RESTART);
  is_not_held_up();
  printf("done\n");
  return 0;
}
