// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "address.h"
#include "fd.h"
#include "kernel.h"
#include "status.h"

// A socket of the program's, as seen through a copy of its descriptor.
struct socket_view {
  int fd;
  int family, type, protocol;
  bool outside;     // it is in the supervisor's network namespace already
  bool nonblocking;
};

// A blocking connect whose answer is outstanding.
static struct pending {
  struct call call;
  int fd; // our socket, still connecting; -1: free
  int number;
  bool replace;
} pending[MAX_PENDING];
static bool pending_ready;

// What the program listens on inside its own network namespace.
enum { MAX_LISTENERS = 64 };
static struct sockaddr_storage listeners[MAX_LISTENERS];
static size_t listener_count;

static bool option(int fd, int name, int *value) {
  socklen_t length = sizeof *value;
  return getsockopt(fd, SOL_SOCKET, name, value, &length) == 0;
}

// Opens a copy of the program's socket and looks at it. False after having answered the call.
static bool look(struct call *call, int number, struct socket_view *view) {
  call->thread = (int)syscall(SYS_pidfd_open, call->pid, K_PIDFD_THREAD);
  // Before kernel 6.9 a pidfd means a whole process; its threads share one table of descriptors.
  if (call->thread < 0) call->thread = (int)syscall(SYS_pidfd_open, call->pid, 0);
  view->fd = call->thread < 0 || !call_valid(call) ? -1 : call_descriptor(call, number);
  if (view->fd < 0) {
    call_answer(call, errno == EBADF ? -EBADF : -EACCES);
    return false;
  }
  uint64_t netns = 0;
  socklen_t length = sizeof netns;
  int flags = fcntl(view->fd, F_GETFL);
  if (!option(view->fd, SO_DOMAIN, &view->family) || !option(view->fd, SO_TYPE, &view->type) ||
      !option(view->fd, SO_PROTOCOL, &view->protocol)) {
    call_answer(call, -errno);
    fd_close(&view->fd);
    return false;
  }
  if (getsockopt(view->fd, SOL_SOCKET, K_SO_NETNS_COOKIE, &netns, &length) < 0) netns = 0;
  view->outside = netns != 0 && netns == call->broker->own_netns;
  view->nonblocking = flags & O_NONBLOCK;
  return true;
}

static bool is_inet(const struct socket_view *view) {
  return (view->family == AF_INET || view->family == AF_INET6) &&
         ((view->type == SOCK_STREAM && view->protocol == IPPROTO_TCP) || (view->type == SOCK_DGRAM && view->protocol == IPPROTO_UDP));
}

// A socket like the program's, in the supervisor's network namespace.
static int new_outside(const struct socket_view *view) {
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

static void set_blocking(int fd, bool nonblocking) {
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

// Copies the address of a call. False after having answered.
static bool read_address(struct call *call, uint64_t pointer, uint64_t length, struct sockaddr_storage *raw) {
  memset(raw, 0, sizeof *raw);
  // Lengths are an int in the kernel.
  if ((int)length < (int)sizeof(sa_family_t) || (int)length > (int)sizeof *raw) {
    call_answer(call, -EINVAL);
    return false;
  }
  if (!call_read(call, pointer, raw, (size_t)(int)length)) {
    call_answer(call, -EFAULT);
    return false;
  }
  return true;
}

static void deny(struct call *call, const char *scope, const struct address *address, int protocol) {
  char text[80];
  address_print(address, protocol, text, sizeof text);
  status_denied(scope, text);
  call_answer(call, -EACCES);
}

static bool may(const struct call *call, const struct address *address, bool for_bind, int protocol) {
  return address_allowed(call->broker->plan, address, for_bind, protocol);
}

static bool any_udp_grant(const struct plan *plan) {
  for (size_t i = 0; i < plan->net_count; i++)
    if (!plan->net[i].bind && plan->net[i].allow && plan->net[i].protocol == IPPROTO_UDP) return true;
  return false;
}

static void wait_for(struct call *call, int fd, int number, bool replace) {
  if (!pending_ready) {
    for (size_t i = 0; i < MAX_PENDING; i++) pending[i].fd = -1;
    pending_ready = true;
  }
  unsigned index = 0;
  // Whoever died while connecting left its place behind.
  for (; index < MAX_PENDING; index++) {
    if (pending[index].fd >= 0 && !call_valid(&pending[index].call)) {
      fd_close(&pending[index].fd);
      fd_close(&pending[index].call.thread);
    }
    if (pending[index].fd < 0) break;
  }
  struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT, .data.u64 = TAG_PENDING + index};
  if (index == MAX_PENDING || epoll_ctl(call->broker->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
    call_answer(call, -EAGAIN);
    close(fd);
    return;
  }
  pending[index] = (struct pending){.call = *call, .fd = fd, .number = number, .replace = replace};
  call->thread = -1; // the pending call keeps it
}

void network_finish(struct broker *broker, unsigned index) {
  (void)broker;
  if (index >= MAX_PENDING || !pending_ready || pending[index].fd < 0) return;
  struct pending *done = &pending[index];
  int cause = 0;
  if (!option(done->fd, SO_ERROR, &cause)) cause = EIO;
  set_blocking(done->fd, false);
  if (cause == 0 && done->replace && !call_replace(&done->call, done->fd, done->number)) cause = EMFILE;
  call_answer(&done->call, -cause);
  epoll_ctl(broker->epoll, EPOLL_CTL_DEL, done->fd, NULL); // a copy of the descriptor lives on in the program
  fd_close(&done->fd);
  fd_close(&done->call.thread);
}

// Connects `view` (or a socket of ours that takes its place) to an address that was granted.
static void connect_granted(struct call *call, struct socket_view *view, int number, const struct sockaddr_storage *raw, socklen_t length, bool inside) {
  bool replace = !inside && !view->outside;
  AUTO_FD fd = replace ? new_outside(view) : fd_take(&view->fd);
  if (fd < 0) {
    call_answer(call, -errno);
    return;
  }
  // A blocking socket of the program's must not block us. Its other users would see it non-blocking for the moment
  // of the connect; they have nothing to read from it before.
  if (!replace && !view->nonblocking) set_blocking(fd, true);
  int result = connect(fd, (const struct sockaddr *)raw, length) < 0 ? errno : 0;
  if (result == EINPROGRESS && !view->nonblocking) {
    wait_for(call, fd_take(&fd), number, replace);
    return;
  }
  if (!view->nonblocking) set_blocking(fd, false);
  // A non-blocking connect goes on in the descriptor that the program has from now on.
  if ((result == 0 || result == EINPROGRESS) && replace && !call_replace(call, fd, number)) result = EMFILE;
  call_answer(call, -result);
}

void network_connect(struct call *call) {
  struct socket_view view = {.fd = -1};
  struct sockaddr_storage raw;
  struct address address;
  int number = (int)call->args[0];
  if (!look(call, number, &view)) return;
  AUTO_FD copy = view.fd;
  if (!read_address(call, call->args[1], call->args[2], &raw)) return;
  if (!is_inet(&view)) {
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
  bool inside = call->broker->plan->cell_loopback && !view.outside && address_is_loopback(&address);
  // The C library's getaddrinfo connects UDP sockets to sort addresses (RFC 6724) and sends nothing: not worth a report.
  if (!inside && !may(call, &address, false, view.protocol)) {
    if (view.protocol == IPPROTO_UDP && address.port == 0) call_answer(call, -ENETUNREACH);
    else deny(call, "net.connect", &address, view.protocol);
    return;
  }
  view.fd = fd_take(&copy);
  connect_granted(call, &view, number, &raw, (socklen_t)call->args[2], inside);
  fd_close(&view.fd);
}

// Binds in the supervisor's namespace (`run`), or in the cell's own, where no other cell is (`serve`).
void network_bind(struct call *call) {
  struct socket_view view = {.fd = -1};
  struct sockaddr_storage raw;
  struct address address;
  int number = (int)call->args[0];
  if (!look(call, number, &view)) return;
  AUTO_FD copy = view.fd;
  if (!read_address(call, call->args[1], call->args[2], &raw)) return;
  if (!is_inet(&view) || !address_read(&raw, (socklen_t)call->args[2], true, &address)) {
    call_answer(call, is_inet(&view) ? -EAFNOSUPPORT : -EACCES);
    return;
  }
  const struct plan *plan = call->broker->plan;
  bool inside = plan->cell_loopback && !view.outside && view.protocol == IPPROTO_TCP;
  // A UDP socket that only sends is bound to port 0 first by Node (dgram); what it may send is decided at sendto.
  bool sender = view.protocol == IPPROTO_UDP && address.port == 0;
  if (sender && !any_udp_grant(plan) && !view.outside) inside = true;
  else if (!inside && !may(call, &address, true, view.protocol) && !(sender && any_udp_grant(plan))) {
    deny(call, "net.listen", &address, view.protocol);
    return;
  }
  AUTO_FD fd = inside || view.outside ? fd_take(&copy) : new_outside(&view);
  if (fd < 0 || bind(fd, (struct sockaddr *)&raw, (socklen_t)call->args[2]) < 0) {
    call_answer(call, -errno);
    return;
  }
  if (!inside && !view.outside) {
    set_blocking(fd, view.nonblocking);
    if (!call_replace(call, fd, number)) {
      call_answer(call, -EMFILE);
      return;
    }
  }
  call_answer(call, 0);
}

static void remember_listener(const struct sockaddr_storage *local, uint16_t port) {
  if (listener_count < MAX_LISTENERS) listeners[listener_count++] = *local;
  status_listening(port);
}

bool network_listener(uint16_t port, struct sockaddr_storage *address, socklen_t *length) {
  for (size_t i = listener_count; i-- > 0;) {
    struct address local;
    *address = listeners[i];
    if (!address_read(address, sizeof *address, false, &local) || local.port != port) continue;
    // An unspecified address was read as loopback: connect there.
    if (local.family == AF_INET) {
      struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
      memcpy(&in.sin_addr, local.bytes, 4);
      memcpy(address, &in, sizeof in);
      *length = sizeof in;
    } else {
      struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
      memcpy(&in6.sin6_addr, local.bytes, 16);
      memcpy(address, &in6, sizeof in6);
      *length = sizeof in6;
    }
    return true;
  }
  return false;
}

// A socket that was never bound gets a port of the kernel's choice on listen: that takes a grant for port 0.
void network_listen(struct call *call) {
  struct socket_view view = {.fd = -1};
  struct sockaddr_storage raw;
  socklen_t length = sizeof raw;
  struct address local, chosen;
  if (!look(call, (int)call->args[0], &view)) return;
  AUTO_FD copy = view.fd;
  if (!is_inet(&view) || getsockname(copy, (struct sockaddr *)&raw, &length) < 0 || !address_read(&raw, length, true, &local)) {
    call_answer(call, -EACCES);
    return;
  }
  chosen = local;
  chosen.port = 0;
  bool inside = call->broker->plan->cell_loopback && !view.outside;
  if (!inside && !may(call, &local, true, view.protocol) && !may(call, &chosen, true, view.protocol)) {
    deny(call, "net.listen", &local, view.protocol);
    return;
  }
  int result = listen(copy, (int)call->args[1]) < 0 ? -errno : 0;
  length = sizeof raw;
  if (result == 0 && getsockname(copy, (struct sockaddr *)&raw, &length) == 0 && address_read(&raw, length, true, &local))
    remember_listener(&raw, local.port);
  call_answer(call, result);
}

enum { MAX_DATAGRAM = 65535, MAX_SEGMENTS = 1024 };

struct outgoing {
  struct sockaddr_storage to;
  socklen_t to_length; // 0: where the socket is connected to
  unsigned char *data;
  size_t length;
  int flags;
};

// Sends on the program's behalf what was copied from it. Returns the number of bytes or a negative errno.
static int64_t send_granted(struct call *call, struct socket_view *view, int number, const struct outgoing *out) {
  AUTO_FD fd = -1;
  if (out->to_length && !view->outside) {
    fd = new_outside(view);
    if (fd < 0) return -errno;
    set_blocking(fd, view->nonblocking);
    if (!call_replace(call, fd, number)) return -EMFILE;
  }
  ssize_t sent = sendto(fd >= 0 ? fd : view->fd, out->data, out->length, (out->flags & (MSG_NOSIGNAL | MSG_MORE | MSG_OOB | MSG_EOR)) | MSG_NOSIGNAL | MSG_DONTWAIT,
                        out->to_length ? (const struct sockaddr *)&out->to : NULL, out->to_length);
  return sent < 0 ? -errno : sent;
}

// Decides and sends. A stream has nowhere else to go than where it is connected, whatever the address says.
static int64_t decide_and_send(struct call *call, struct socket_view *view, int number, struct outgoing *out) {
  struct address address;
  if (out->flags & MSG_FASTOPEN) return -EOPNOTSUPP;
  if (view->type != SOCK_DGRAM) out->to_length = 0;
  if (out->to_length && out->to.ss_family != AF_UNSPEC) {
    if (!address_read(&out->to, out->to_length, false, &address)) return -EAFNOSUPPORT;
    if (!may(call, &address, false, view->protocol)) {
      char text[80];
      address_print(&address, view->protocol, text, sizeof text);
      status_denied("net.connect", text);
      return -EACCES;
    }
  } else {
    out->to_length = 0;
  }
  return send_granted(call, view, number, out);
}

void network_sendto(struct call *call) {
  struct socket_view view = {.fd = -1};
  struct outgoing out = {.flags = (int)call->args[3], .to_length = (socklen_t)call->args[5]};
  if (!look(call, (int)call->args[0], &view)) return;
  AUTO_FD copy = view.fd;
  if (!is_inet(&view)) {
    call_answer(call, -EACCES);
    return;
  }
  if (!read_address(call, call->args[4], call->args[5], &out.to)) return;
  out.length = call->args[2] < MAX_DATAGRAM ? (size_t)call->args[2] : MAX_DATAGRAM;
  if (view.type == SOCK_DGRAM && call->args[2] > MAX_DATAGRAM) {
    call_answer(call, -EMSGSIZE);
    return;
  }
  out.data = malloc(out.length + 1);
  if (!out.data || !call_read(call, call->args[1], out.data, out.length)) call_answer(call, out.data ? -EFAULT : -ENOMEM);
  else call_answer(call, decide_and_send(call, &view, (int)call->args[0], &out));
  free(out.data);
}

// Copies a message header and what it points to. Returns 0 or a negative errno.
static int gather(struct call *call, uint64_t pointer, struct socket_view *view, struct outgoing *out) {
  struct msghdr header;
  static struct iovec segments[MAX_SEGMENTS];
  if (!call_read(call, pointer, &header, sizeof header)) return -EFAULT;
  if (header.msg_iovlen > MAX_SEGMENTS || header.msg_namelen > sizeof out->to) return -EINVAL;
  // Control data could name another destination or carry descriptors; no granted call needs it.
  if (header.msg_controllen && view->type != SOCK_DGRAM) return -EACCES;
  memset(&out->to, 0, sizeof out->to);
  out->to_length = header.msg_name ? header.msg_namelen : 0;
  if (!call_read(call, (uintptr_t)header.msg_name, &out->to, out->to_length) ||
      !call_read(call, (uintptr_t)header.msg_iov, segments, header.msg_iovlen * sizeof *segments))
    return -EFAULT;
  out->data = malloc(MAX_DATAGRAM);
  if (!out->data) return -ENOMEM;
  for (size_t i = 0; i < header.msg_iovlen; i++) {
    size_t room = MAX_DATAGRAM - out->length, length = segments[i].iov_len;
    if (length > room && view->type == SOCK_DGRAM) return -EMSGSIZE;
    if (length > room) length = room;
    if (!call_read(call, (uintptr_t)segments[i].iov_base, out->data + out->length, length)) return -EFAULT;
    out->length += length;
  }
  return 0;
}

static int64_t send_message(struct call *call, uint64_t pointer, uint64_t flags) {
  struct socket_view view = {.fd = -1};
  struct outgoing out = {.flags = (int)flags};
  if (!look(call, (int)call->args[0], &view)) return INT64_MIN;
  AUTO_FD copy = view.fd;
  // A socket pair between the cell's own processes (children, when `run` is granted) has no address to decide on.
  bool pair = view.family == AF_UNIX && view.type == SOCK_STREAM;
  int64_t result = is_inet(&view) || pair ? gather(call, pointer, &view, &out) : -EACCES;
  if (result == 0) result = decide_and_send(call, &view, (int)call->args[0], &out);
  free(out.data);
  return result;
}

void network_sendmsg(struct call *call) {
  int64_t result = send_message(call, call->args[1], call->args[2]);
  if (result != INT64_MIN) call_answer(call, result);
}

// Sending fewer messages than were given is within sendmmsg(2): the caller comes back with the rest.
void network_sendmmsg(struct call *call) {
  if ((unsigned)call->args[2] == 0) {
    call_answer(call, 0);
    return;
  }
  int64_t result = send_message(call, call->args[1], call->args[3]);
  if (result == INT64_MIN) return;
  unsigned sent = (unsigned)result;
  if (result >= 0 && !call_write(call, call->args[1] + sizeof(struct msghdr), &sent, sizeof sent)) result = -EFAULT;
  call_answer(call, result < 0 ? result : 1);
}
