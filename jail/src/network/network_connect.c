// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "connection_limit.h"
#include "fd.h"
#include "network.h"
#include "network_decide.h"
#include "socket_view.h"
#include "traffic.h"

// A blocking connect whose answer is outstanding.
enum { MAX_PENDING = 1024 };
static struct pending {
  struct call call;
  int fd; // our socket, still connecting; -1: free
  int number;
  bool replace;
  uint32_t generation; // tells an event for the place's former user from one for the present one
} pending[MAX_PENDING];
static unsigned pending_used; // places that were ever in use; those above are free

static uint64_t tag_of(unsigned index) { return (uint64_t)pending[index].generation << 32 | (TAG_PENDING + index); }

// Frees the place. The program may have a copy of the descriptor, so that closing ours does not take it out of epoll.
static void release(const struct broker *broker, struct pending *done) {
  epoll_ctl(broker->epoll, EPOLL_CTL_DEL, done->fd, NULL);
  socket_set_nonblocking(done->fd, false);
  fd_close(&done->fd);
}

static unsigned free_place(const struct broker *broker) {
  for (unsigned index = 0; index < pending_used; index++) {
    // Whoever died while connecting left its place behind.
    if (pending[index].fd >= 0 && !call_valid(&pending[index].call)) release(broker, &pending[index]);
    if (pending[index].fd < 0) return index;
  }
  if (pending_used == MAX_PENDING) return MAX_PENDING;
  pending[pending_used].fd = -1;
  return pending_used++;
}

unsigned network_pending(void) {
  unsigned count = 0;
  for (unsigned index = 0; index < pending_used; index++) count += pending[index].fd >= 0;
  return count;
}

static void wait_for(struct call *call, int fd, int number, bool replace) {
  unsigned index = free_place(call->broker);
  if (index < MAX_PENDING) {
    uint32_t generation = pending[index].generation + 1;
    pending[index] = (struct pending){.call = *call, .fd = fd, .number = number, .replace = replace, .generation = generation};
    pending[index].call.thread = -1; // that one is the broker's
    struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT, .data.u64 = tag_of(index)};
    if (epoll_ctl(call->broker->epoll, EPOLL_CTL_ADD, fd, &event) == 0) return;
    pending[index].fd = -1;
  }
  call_answer(call, -EAGAIN);
  close(fd);
}

static void finish(struct broker *broker, uint64_t tag) {
  unsigned index = (uint32_t)tag - TAG_PENDING;
  if (index >= pending_used || pending[index].fd < 0 || tag != tag_of(index)) return;
  struct pending *done = &pending[index];
  int cause = 0;
  if (!socket_option(done->fd, SO_ERROR, &cause)) cause = EIO;
  socket_set_nonblocking(done->fd, false);
  if (cause == 0 && done->replace && !call_replace(&done->call, done->fd, done->number)) cause = EMFILE;
  if (cause == 0) connection_opened(broker, done->fd, done->replace);
  call_answer(&done->call, -cause);
  release(broker, done);
}

void network_event(struct broker *broker, uint64_t tag) {
  uint32_t kind = (uint32_t)tag; // without the generation
  if (kind >= TAG_METER) meter_event(tag);
  else if (kind >= TAG_SEND) network_sendable(broker, tag);
  else finish(broker, tag);
}

// Connects `view` (or a socket of ours that takes its place) to an address that was granted.
static void connect_granted(struct call *call, struct socket_view *view, int number, const struct sockaddr_storage *raw, socklen_t length,
                            const struct address *address, bool inside) {
  bool replace = !inside && !view->outside;
  AUTO_FD fd = replace ? socket_new_outside(view) : fd_take(&view->fd);
  if (fd < 0) {
    call_answer(call, -errno);
    return;
  }
  // A blocking socket of the program's must not block us. Its other users would see it non-blocking for the moment
  // of the connect; they have nothing to read from it before.
  if (!replace && !view->nonblocking) socket_set_nonblocking(fd, true);
  int result = connect(fd, (const struct sockaddr *)raw, length) < 0 ? errno : 0;
  if (!inside && address->port) traffic_connected(address, view->protocol, result && result != EINPROGRESS ? -1 : fd);
  if (result == EINPROGRESS && !view->nonblocking) {
    wait_for(call, fd_take(&fd), number, replace);
    return;
  }
  if (!view->nonblocking) socket_set_nonblocking(fd, false);
  // A non-blocking connect goes on in the descriptor that the program has from now on.
  if ((result == 0 || result == EINPROGRESS) && replace && !call_replace(call, fd, number)) result = EMFILE;
  if (!inside && (result == 0 || result == EINPROGRESS)) connection_opened(call->broker, fd, replace);
  call_answer(call, -result);
}

void network_connect(struct call *call) {
  struct socket_view view = {.fd = -1};
  struct sockaddr_storage raw;
  struct address address;
  int number = (int)call->args[0];
  if (!socket_look(call, number, &view)) return;
  AUTO_FD copy = view.fd;
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
  const int limit = inside || !address.port ? 0 : connection_admit(call->broker);
  if (limit) {
    call_answer(call, -limit);
    return;
  }
  view.fd = fd_take(&copy);
  connect_granted(call, &view, number, &raw, (socklen_t)call->args[2], &address, inside);
  fd_close(&view.fd);
}
