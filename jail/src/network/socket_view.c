// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "socket_view.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/time.h>
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

// What a program can set and a socket of ours has to have too, before it is bound or connected. An option of another family
// or type is not there.
static const struct carried {
  int level, name;
} carried[] = {
    {SOL_SOCKET, SO_REUSEADDR}, {SOL_SOCKET, SO_BROADCAST}, {SOL_SOCKET, SO_SNDBUF},     {SOL_SOCKET, SO_RCVBUF},  {SOL_SOCKET, SO_KEEPALIVE},
    {SOL_SOCKET, SO_LINGER},    {SOL_SOCKET, SO_REUSEPORT},  {SOL_SOCKET, SO_RCVTIMEO}, {SOL_SOCKET, SO_SNDTIMEO},
    {IPPROTO_TCP, TCP_NODELAY}, {IPPROTO_TCP, TCP_CORK},    {IPPROTO_TCP, TCP_KEEPIDLE}, {IPPROTO_TCP, TCP_KEEPINTVL}, {IPPROTO_TCP, TCP_KEEPCNT},
    {IPPROTO_TCP, TCP_DEFER_ACCEPT}, {IPPROTO_TCP, TCP_USER_TIMEOUT},
    {IPPROTO_IP, IP_TOS},       {IPPROTO_IP, IP_TTL},       {IPPROTO_IP, IP_PKTINFO},    {IPPROTO_IP, IP_MTU_DISCOVER}, {IPPROTO_IP, IP_RECVERR},
    {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT}, {IPPROTO_IP, IP_MULTICAST_TTL}, {IPPROTO_IP, IP_MULTICAST_LOOP},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS}, {IPPROTO_IPV6, IPV6_MULTICAST_HOPS}, {IPPROTO_IPV6, IPV6_MULTICAST_LOOP}, {IPPROTO_IPV6, IPV6_MTU_DISCOVER},
    {IPPROTO_IPV6, IPV6_RECVERR}, {IPPROTO_IPV6, IPV6_V6ONLY}, {IPPROTO_IPV6, IPV6_RECVPKTINFO}, {IPPROTO_IPV6, IPV6_TCLASS},
};
enum { CARRIED = sizeof carried / sizeof *carried, WIDEST = sizeof(struct timeval) };

struct setting {
  unsigned char value[WIDEST];
  socklen_t length; // 0: there is no such option
};

static struct setting get(int fd, size_t i) {
  struct setting setting = {.length = WIDEST};
  if (getsockopt(fd, carried[i].level, carried[i].name, setting.value, &setting.length) < 0) setting.length = 0;
  return setting;
}

static void set(int from, int fd, size_t i, struct setting *setting) {
  if (carried[i].level == SOL_SOCKET && (carried[i].name == SO_SNDBUF || carried[i].name == SO_RCVBUF)) {
    int value, set_by = ~0;
    // Whoever sets a size has the kernel adapt it no more. Where the program has not, it is another because its network
    // namespace has other settings. (Before kernel 5.16 it does not tell.)
    if (socket_option(from, K_SO_BUF_LOCK, &set_by) && !(set_by & (carried[i].name == SO_SNDBUF ? 1 : 2))) return;
    memcpy(&value, setting->value, sizeof value);
    value /= 2; // the kernel tells twice what was set: it counts its own needs in
    memcpy(setting->value, &value, sizeof value);
  }
  setsockopt(fd, carried[i].level, carried[i].name, setting->value, setting->length); // one that cannot be set widens nothing
}

// How a new socket begins: of each kind the first is asked. Almost no program sets anything, and what is as it begins need
// not be carried over.
static const struct setting *beginnings(int fd, const struct socket_view *view) {
  static struct setting known[3][2][CARRIED];
  static bool is_known[3][2];
  const unsigned family = view->family == AF_INET ? 0 : view->family == AF_INET6 ? 1 : 2, stream = view->type == SOCK_STREAM;
  struct setting *here = known[family][stream];
  for (size_t i = 0; !is_known[family][stream] && i < CARRIED; i++) here[i] = get(fd, i);
  is_known[family][stream] = true;
  return here;
}

int socket_new_outside(const struct socket_view *view) {
  int fd = socket(view->family, view->type | SOCK_CLOEXEC | SOCK_NONBLOCK, view->protocol);
  if (fd < 0) return -1;
  const struct setting *begins = beginnings(fd, view);
  for (size_t i = 0; i < CARRIED; i++) {
    if (!begins[i].length) continue;
    struct setting has = get(view->fd, i);
    if (has.length && (has.length != begins[i].length || memcmp(has.value, begins[i].value, has.length) != 0)) set(view->fd, fd, i, &has);
  }
  return fd;
}

void socket_set_nonblocking(int fd, bool nonblocking) {
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}
