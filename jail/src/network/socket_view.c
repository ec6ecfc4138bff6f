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
#include "shared.h"

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
    shared_close(&view->fd);
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
// or type is not there. Those that are set on connections all the time the program sets unseen; of each of the others the
// filter tells, so that it is looked for only where it was ever set.
static const struct carried {
  int level, name;
  bool unseen;
} carried[] = {
    {SOL_SOCKET, SO_REUSEADDR, false}, {SOL_SOCKET, SO_BROADCAST, false}, {SOL_SOCKET, SO_SNDBUF, false}, {SOL_SOCKET, SO_RCVBUF, false},
    {SOL_SOCKET, SO_KEEPALIVE, true}, {SOL_SOCKET, SO_LINGER, false}, {SOL_SOCKET, SO_REUSEPORT, false}, {SOL_SOCKET, SO_RCVTIMEO, false},
    {SOL_SOCKET, SO_SNDTIMEO, false},
    {IPPROTO_TCP, TCP_NODELAY, true}, {IPPROTO_TCP, TCP_CORK, true}, {IPPROTO_TCP, TCP_KEEPIDLE, true}, {IPPROTO_TCP, TCP_KEEPINTVL, true},
    {IPPROTO_TCP, TCP_KEEPCNT, true}, {IPPROTO_TCP, TCP_DEFER_ACCEPT, false}, {IPPROTO_TCP, TCP_USER_TIMEOUT, false},
    {IPPROTO_IP, IP_TOS, false}, {IPPROTO_IP, IP_TTL, false}, {IPPROTO_IP, IP_PKTINFO, false}, {IPPROTO_IP, IP_MTU_DISCOVER, false},
    {IPPROTO_IP, IP_RECVERR, false}, {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, false}, {IPPROTO_IP, IP_MULTICAST_TTL, false},
    {IPPROTO_IP, IP_MULTICAST_LOOP, false},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, false}, {IPPROTO_IPV6, IPV6_MULTICAST_HOPS, false}, {IPPROTO_IPV6, IPV6_MULTICAST_LOOP, false},
    {IPPROTO_IPV6, IPV6_MTU_DISCOVER, false}, {IPPROTO_IPV6, IPV6_RECVERR, false}, {IPPROTO_IPV6, IPV6_V6ONLY, false},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO, false}, {IPPROTO_IPV6, IPV6_TCLASS, false},
};
enum { CARRIED = sizeof carried / sizeof *carried, WIDEST = sizeof(struct timeval) };
static bool was_set[CARRIED]; // by any process of the cell, on any socket

// The filter has allowed it, and what it allowed it by is in the call's registers: nothing is decided here.
void socket_option_call(struct call *call) {
  const int level = (int)call->args[1];
  int name = (int)call->args[2];
  if (level == SOL_SOCKET && name == K_SO_RCVTIMEO_NEW) name = SO_RCVTIMEO;
  if (level == SOL_SOCKET && name == K_SO_SNDTIMEO_NEW) name = SO_SNDTIMEO;
  if (level == SOL_SOCKET && name == SO_LINGER) shared_lingers();
  for (size_t i = 0; i < CARRIED; i++) was_set[i] |= carried[i].level == level && carried[i].name == name;
  call_continue(call);
}

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
    if (!begins[i].length || !(carried[i].unseen || was_set[i])) continue;
    struct setting has = get(view->fd, i);
    if (has.length && (has.length != begins[i].length || memcmp(has.value, begins[i].value, has.length) != 0)) set(view->fd, fd, i, &has);
  }
  return fd;
}

void socket_set_nonblocking(int fd, bool nonblocking) {
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}
