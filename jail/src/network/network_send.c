// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "network.h"
#include "network_decide.h"
#include "passing.h"
#include "shared.h"
#include "socket_view.h"
#include "traffic.h"
#include "waiting.h"

enum { MAX_DATAGRAM = 65535, MAX_SEGMENTS = 1024, MAX_WAITING_SENDS = 64, ANSWERED = INT32_MIN };

static unsigned waiting_sends; // each with a copy of what it sends

struct outgoing {
  struct sockaddr_storage to;
  socklen_t to_length; // 0: where the socket is connected to
  unsigned char *data;
  size_t length;
  int flags;
  bool as_cell;      // who receives may be told the sender's user (unix(7), SCM_CREDENTIALS): the cell's, not ours
  bool counts;             // a datagram that leaves the cell, for `peer`
  struct address peer;
  struct passed passed;
  uint64_t count_at; // sendmmsg: where the number of bytes belongs; 0: it is the result
};

static int64_t try_to_send(const struct plan *plan, int fd, const struct outgoing *out) {
  const int kept = MSG_NOSIGNAL | MSG_MORE | MSG_OOB | MSG_EOR;
  if (out->as_cell && !identity_step_down(plan)) return -errno;
  const int flags = (out->flags & kept) | MSG_NOSIGNAL | MSG_DONTWAIT;
  ssize_t sent = out->passed.count ? passing_send(fd, out->data, out->length, flags, &out->passed)
                                   : sendto(fd, out->data, out->length, flags, out->to_length ? (const struct sockaddr *)&out->to : NULL, out->to_length);
  int64_t result = sent < 0 ? -errno : sent;
  if (out->as_cell) identity_step_up();
  if (result > 0 && out->counts) traffic_sent(&out->peer, (size_t)result);
  return result;
}

// Whom a datagram without an address is for.
static bool find_peer(const struct socket_view *view, struct address *peer) {
  struct sockaddr_storage name;
  socklen_t length = sizeof name;
  return view->type == SOCK_DGRAM && view->outside && getpeername(view->fd, (struct sockaddr *)&name, &length) == 0 && address_read(&name, length, false, peer);
}

static void answer_sent(const struct call *call, const struct outgoing *out, int64_t result) {
  if (result == ANSWERED) return;
  unsigned sent = (unsigned)result;
  if (result >= 0 && out->count_at) result = call_write(call, out->count_at, &sent, sizeof sent) ? 1 : -EFAULT;
  call_answer(call, result);
}

static int64_t go_on(const struct call *call, int fd, void *out) { return try_to_send(call->broker->plan, fd, out); }

static void end(const struct call *call, void *subject, int64_t result) {
  struct outgoing *out = subject;
  answer_sent(call, out, result);
  free(out->data);
  passing_close(&out->passed);
  free(out);
  waiting_sends--;
}

// A blocking socket took nothing: the answer is outstanding until it does.
static bool wait_for(const struct call *call, int fd, struct outgoing *out) {
  struct outgoing *kept = waiting_sends < MAX_WAITING_SENDS ? malloc(sizeof *kept) : NULL;
  if (!kept) return false;
  *kept = *out;
  if (!waiting_add(call, &(struct wait){.fd = fd, .late = EAGAIN, .go_on = go_on, .end = end, .subject = kept})) {
    free(kept);
    return false;
  }
  waiting_sends++;
  out->data = NULL, out->passed.count = 0; // kept until then
  return true;
}

// Sends on the program's behalf what was copied from it. Returns the number of bytes, a negative errno, or ANSWERED
// where nothing is to be answered now.
static int64_t send_granted(struct call *call, struct socket_view *view, int number, struct outgoing *out, bool inside) {
  AUTO_SHARED fd = -1;
  if (out->to_length && !view->outside && !inside) {
    fd = socket_new_outside(view);
    if (fd < 0) return -errno;
    socket_set_nonblocking(fd, view->nonblocking);
    if (!call_replace(call, fd, number)) return -EMFILE;
  }
  int used = fd >= 0 ? fd : view->fd;
  int64_t result = try_to_send(call->broker->plan, used, out);
  bool waits = !view->nonblocking && !(out->flags & MSG_DONTWAIT);
  return result == -EAGAIN && waits && wait_for(call, used, out) ? ANSWERED : result;
}

// Decides and sends. A stream has nowhere else to go than where it is connected, whatever the address says.
static int64_t decide_and_send(struct call *call, struct socket_view *view, int number, struct outgoing *out) {
  struct address address;
  bool inside = false;
  if (out->flags & MSG_FASTOPEN) return -EOPNOTSUPP;
  if (view->type != SOCK_DGRAM) out->to_length = 0;
  if (out->to_length && out->to.ss_family != AF_UNSPEC) {
    if (!address_read(&out->to, out->to_length, false, &address)) return -EAFNOSUPPORT;
    inside = network_is_nameserver(call, view, &address);
    if (!inside && !network_may(call, &address, false, view->protocol)) {
      network_report(&address, view->protocol);
      return -EACCES;
    }
    out->counts = !inside, out->peer = address;
  } else {
    out->to_length = 0;
    out->counts = find_peer(view, &out->peer);
  }
  return send_granted(call, view, number, out, inside);
}

void network_sendto(struct call *call) {
  struct socket_view view = {.fd = -1};
  struct outgoing out = {.flags = (int)call->args[3], .to_length = (socklen_t)call->args[5]};
  if (!socket_look(call, (int)call->args[0], &view)) return;
  AUTO_SHARED copy = view.fd;
  if (!socket_is_inet(&view)) {
    call_answer(call, -EACCES);
    return;
  }
  if (!network_read_address(call, call->args[4], call->args[5], &out.to)) return;
  out.length = call->args[2] < MAX_DATAGRAM ? (size_t)call->args[2] : MAX_DATAGRAM;
  if (view.type == SOCK_DGRAM && call->args[2] > MAX_DATAGRAM) {
    call_answer(call, -EMSGSIZE);
    return;
  }
  out.data = malloc(out.length + 1);
  if (!out.data || !call_read(call, call->args[1], out.data, out.length)) call_answer(call, out.data ? -EFAULT : -ENOMEM);
  else answer_sent(call, &out, decide_and_send(call, &view, (int)call->args[0], &out));
  free(out.data);
}

// Copies a message header and what it points to. Returns 0 or a negative errno.
static int gather(struct call *call, uint64_t pointer, struct socket_view *view, struct outgoing *out) {
  struct msghdr header;
  static struct iovec segments[MAX_SEGMENTS];
  if (!call_read(call, pointer, &header, sizeof header)) return -EFAULT;
  if (header.msg_iovlen > MAX_SEGMENTS || header.msg_namelen > sizeof out->to) return -EINVAL;
  // Of a datagram it is left out: it could name another destination.
  int passed = view->type == SOCK_DGRAM ? 0 : passing_gather(call, &header, view, &out->passed);
  if (passed < 0) return passed;
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
    segments[i].iov_len = length < room ? length : room;
    out->length += segments[i].iov_len;
  }
  return call_gather(call, segments, header.msg_iovlen, out->data, out->length) ? 0 : -EFAULT;
}

static void send_message(struct call *call, uint64_t pointer, uint64_t flags, uint64_t count_at) {
  struct socket_view view = {.fd = -1};
  struct outgoing out = {.flags = (int)flags, .count_at = count_at};
  if (!socket_look(call, (int)call->args[0], &view)) return;
  AUTO_SHARED copy = view.fd;
  out.as_cell = view.family == AF_UNIX;
  // A stream has no address to decide on: a pair between the cell's own processes, or what is connected already.
  int64_t result = socket_is_inet(&view) || socket_is_unix_stream(&view) ? gather(call, pointer, &view, &out) : -EACCES;
  if (result == 0) result = decide_and_send(call, &view, (int)call->args[0], &out);
  answer_sent(call, &out, result);
  free(out.data);
  passing_close(&out.passed);
}

void network_sendmsg(struct call *call) { send_message(call, call->args[1], call->args[2], 0); }

// Sending fewer messages than were given is within sendmmsg(2): the caller comes back with the rest.
void network_sendmmsg(struct call *call) {
  if ((unsigned)call->args[2] == 0) call_answer(call, 0);
  else send_message(call, call->args[1], call->args[3], call->args[1] + sizeof(struct msghdr));
}
