// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "connection_limit.h"
#include "network.h"
#include "network_decide.h"
#include "shared.h"
#include "socket_view.h"
#include "traffic.h"
#include "waiting.h"

// TCP_CLOSE and the like (netinet/tcp.h); -1: not a TCP socket.
static int tcp_state(int fd) {
  struct tcp_info info;
  socklen_t length = sizeof info;
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0 ? -1 : info.tcpi_state;
}

// A blocking connect is done, one way or the other.
static int64_t connected(const struct call *call, int fd, void *nothing) {
  (void)call, (void)nothing;
  int cause = 0;
  if (!socket_option(fd, SO_ERROR, &cause)) return -EIO;
  // The error has been read by another thread (the kernel's net/ipv4/af_inet.c, __inet_stream_connect).
  return cause == 0 && tcp_state(fd) == TCP_CLOSE ? -ECONNABORTED : -cause;
}

static void answer(const struct call *call, void *nothing, int64_t result) {
  (void)nothing;
  call_answer(call, result);
}

// Connects `view` (or a socket of ours that takes its place) to an address that was granted.
static void connect_granted(struct call *call, struct socket_view *view, int number, const struct sockaddr_storage *raw, socklen_t length,
                            const struct address *address, bool inside) {
  const bool replace = !inside && !view->outside;
  AUTO_SHARED made = replace ? socket_new_outside(view) : -1;
  const int fd = replace ? made : view->fd;
  if (fd < 0) {
    call_answer(call, -errno);
    return;
  }
  // A blocking socket of the program's must not block us. Its other users would see it non-blocking for the moment
  // of the call; they have nothing to read from it before.
  if (!replace && !view->nonblocking) socket_set_nonblocking(fd, true);
  int result;
  if (!replace) result = shared_connect(fd, (const struct sockaddr *)raw, length);
  else result = connect(fd, (const struct sockaddr *)raw, length) < 0 ? errno : 0;
  if (result == EINTR) result = EINPROGRESS;
  if (!view->nonblocking) socket_set_nonblocking(fd, false);
  const bool goes_on = result == EINPROGRESS, is_new = result != EALREADY && result != EISCONN;
  if (!inside && address->port && is_new) traffic_connected(address, view->protocol, result && !goes_on ? -1 : fd);
  // Also a blocking connect goes on in the descriptor that the program has from now on: a signal may end the call before.
  if ((result == 0 || goes_on) && replace && !call_replace(call, fd, number)) result = EMFILE;
  if (!inside && (result == 0 || result == EINPROGRESS)) connection_opened(call->broker, fd, replace);
  // EALREADY: it was begun by a call that a signal ended, or by another thread's.
  const bool waits = !view->nonblocking && (result == EINPROGRESS || result == EALREADY);
  if (waits && waiting_add(call, &(struct wait){.fd = fd, .late = result, .go_on = connected, .end = answer})) return;
  call_answer(call, -result);
}

void network_connect(struct call *call) {
  struct socket_view view = {.fd = -1};
  struct sockaddr_storage raw;
  struct address address;
  int number = (int)call->args[0];
  if (!socket_look(call, number, &view)) return;
  AUTO_SHARED copy = view.fd;
  if (!network_read_address(call, call->args[1], call->args[2], &raw)) return;
  if (socket_is_unix_stream(&view)) {
    network_unix_connect(call, &view, number, &raw, (socklen_t)call->args[2]);
    return;
  }
  if (!socket_is_inet(&view)) {
    call_answer(call, -EACCES);
    return;
  }
  if (raw.ss_family == AF_UNSPEC) { // connect(2): dissolves the association
    call_answer(call, connect(copy, (struct sockaddr *)&raw, sizeof raw.ss_family) < 0 ? -errno : 0);
    return;
  }
  if (!address_read(&raw, (socklen_t)call->args[2], false, &address)) {
    call_answer(call, -EAFNOSUPPORT);
    return;
  }
  bool inside = (call->broker->plan->cell_loopback && !view.outside && address_is_loopback(&address)) ||
                network_is_nameserver(call, &view, &address);
  // The C library's getaddrinfo connects UDP sockets to sort addresses (RFC 6724) and sends nothing: not worth a report.
  if (!inside && !network_may(call, &address, false, view.protocol)) {
    bool sorting = view.protocol == IPPROTO_UDP && (address.port == 0 || network_may(call, &address, false, IPPROTO_TCP));
    if (sorting) call_answer(call, -ENETUNREACH);
    else network_deny(call, "net.connect", &address, view.protocol);
    return;
  }
  // What is under way already, as where a signal has ended a call, is not opened by another one.
  const int state = view.outside ? tcp_state(view.fd) : TCP_CLOSE;
  const bool opens = state < 0 || state == TCP_CLOSE;
  const int limit = inside || !address.port || !opens ? 0 : connection_admit(call->broker);
  if (limit) {
    call_answer(call, -limit);
    return;
  }
  connect_granted(call, &view, number, &raw, (socklen_t)call->args[2], &address, inside);
}
