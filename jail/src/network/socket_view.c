// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "socket_view.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"

bool socket_option(int fd, int name, int *value) {
  socklen_t length = sizeof *value;
  return getsockopt(fd, SOL_SOCKET, name, value, &length) == 0;
}

int socket_copy(struct call *call, int number) { return call_open_thread(call) ? call_descriptor(call, number) : -1; }

bool socket_look(struct call *call, int number, struct socket_view *view) {
  view->fd = socket_copy(call, number);
  if (view->fd < 0) {
    call_answer(call, errno == EBADF ? -EBADF : -EACCES);
    return false;
  }
  uint64_t netns = 0;
  socklen_t length = sizeof netns;
  int flags = fcntl(view->fd, F_GETFL);
  if (!socket_option(view->fd, SO_DOMAIN, &view->family) || !socket_option(view->fd, SO_TYPE, &view->type) ||
      !socket_option(view->fd, SO_PROTOCOL, &view->protocol)) {
    call_answer(call, -errno);
    fd_close(&view->fd);
    return false;
  }
  if (getsockopt(view->fd, SOL_SOCKET, K_SO_NETNS_COOKIE, &netns, &length) < 0) netns = 0;
  view->outside = netns != 0 && netns == call->broker->own_netns;
  view->nonblocking = flags & O_NONBLOCK;
  return true;
}

bool socket_is_inet(const struct socket_view *view) {
  return (view->family == AF_INET || view->family == AF_INET6) &&
         ((view->type == SOCK_STREAM && view->protocol == IPPROTO_TCP) || (view->type == SOCK_DGRAM && view->protocol == IPPROTO_UDP));
}

bool socket_is_unix_stream(const struct socket_view *view) { return view->family == AF_UNIX && view->type == SOCK_STREAM; }

int socket_new_outside(const struct socket_view *view) {
  static const struct { int level, name; } carried[] = {
      {SOL_SOCKET, SO_REUSEADDR}, {SOL_SOCKET, SO_KEEPALIVE},  {SOL_SOCKET, SO_BROADCAST}, {SOL_SOCKET, SO_OOBINLINE},
      {IPPROTO_IP, IP_TOS},       {IPPROTO_IP, IP_TTL},        {IPPROTO_IPV6, IPV6_V6ONLY}, {IPPROTO_IPV6, IPV6_UNICAST_HOPS},
      {IPPROTO_TCP, TCP_NODELAY}, {IPPROTO_TCP, TCP_KEEPIDLE}, {IPPROTO_TCP, TCP_KEEPINTVL}, {IPPROTO_TCP, TCP_KEEPCNT},
      {IPPROTO_TCP, TCP_USER_TIMEOUT},
  };
  int fd = socket(view->family, view->type | SOCK_CLOEXEC | SOCK_NONBLOCK, view->protocol);
  if (fd < 0) return -1;
  for (size_t i = 0; i < sizeof carried / sizeof *carried; i++) {
    int value;
    socklen_t length = sizeof value;
    // An option of another family or type is not there; one that cannot be set changes nothing that is granted.
    if (getsockopt(view->fd, carried[i].level, carried[i].name, &value, &length) == 0)
      setsockopt(fd, carried[i].level, carried[i].name, &value, length);
  }
  struct { int name; } timed[] = {{SO_RCVTIMEO}, {SO_SNDTIMEO}};
  for (size_t i = 0; i < 2; i++) {
    struct timeval value;
    socklen_t length = sizeof value;
    if (getsockopt(view->fd, SOL_SOCKET, timed[i].name, &value, &length) == 0) setsockopt(fd, SOL_SOCKET, timed[i].name, &value, length);
  }
  struct linger linger;
  socklen_t length = sizeof linger;
  if (getsockopt(view->fd, SOL_SOCKET, SO_LINGER, &linger, &length) == 0) setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, length);
  return fd;
}

void socket_set_nonblocking(int fd, bool nonblocking) {
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}
