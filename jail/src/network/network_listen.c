// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "fd.h"
#include "network.h"
#include "network_decide.h"
#include "shared.h"
#include "socket_view.h"
#include "status.h"

// What the program listens on inside its own network namespace.
enum { MAX_LISTENERS = 64 };
static struct sockaddr_storage listeners[MAX_LISTENERS];
static size_t listener_count; // that were ever remembered: the newest replace the oldest

static bool any_udp_grant(const struct plan *plan) {
  for (size_t i = 0; i < plan->net_count; i++)
    if (!plan->net[i].bind && plan->net[i].allow && plan->net[i].protocol == IPPROTO_UDP) return true;
  for (size_t i = 0; i < plan->name_count; i++)
    if (plan->names[i].allow && plan->names[i].protocol == IPPROTO_UDP) return true;
  return false;
}

// Inside its own network namespace a program listens without a grant, but not where it is denied, as after a drop.
static bool is_given_up(const struct plan *plan, const struct address *address, int protocol) {
  enum verdict verdict = address_verdict(plan, address, address->port, true, protocol);
  return (verdict == UNSAID ? any_verdict(plan, address->port, true, protocol) : verdict) == DENIED;
}

// Binds in the supervisor's namespace (`run`), or in the cell's own, where no other cell is (`serve`).
void network_bind(struct call *call) {
  struct socket_view view = {.fd = -1};
  struct sockaddr_storage raw;
  struct address address;
  int number = (int)call->args[0];
  if (!socket_look(call, number, &view)) return;
  AUTO_SHARED copy = view.fd;
  if (!network_read_address(call, call->args[1], call->args[2], &raw)) return;
  if (socket_is_unix_stream(&view)) {
    network_unix_bind(call, &view, number, &raw, (socklen_t)call->args[2]);
    return;
  }
  if (!socket_is_inet(&view) || !address_read(&raw, (socklen_t)call->args[2], true, &address)) {
    call_answer(call, socket_is_inet(&view) ? -EAFNOSUPPORT : -EACCES);
    return;
  }
  const struct plan *plan = call->broker->plan;
  bool inside = plan->cell_loopback && !view.outside && view.protocol == IPPROTO_TCP && !is_given_up(plan, &address, IPPROTO_TCP);
  // A UDP socket that only sends is bound to port 0 first by Node (dgram); what it may send is decided at sendto.
  bool sender = view.protocol == IPPROTO_UDP && address.port == 0;
  if (sender && !any_udp_grant(plan) && !view.outside) inside = true;
  else if (!inside && !network_may(call, &address, true, view.protocol) && !(sender && any_udp_grant(plan))) {
    network_deny(call, "net.listen", &address, view.protocol);
    return;
  }
  AUTO_SHARED fd = inside || view.outside ? fd_take(&copy) : socket_new_outside(&view);
  if (fd < 0 || bind(fd, (struct sockaddr *)&raw, (socklen_t)call->args[2]) < 0) {
    call_answer(call, -errno);
    return;
  }
  if (!inside && !view.outside) {
    socket_set_nonblocking(fd, view.nonblocking);
    if (!call_replace(call, fd, number)) {
      call_answer(call, -EMFILE);
      return;
    }
  }
  call_answer(call, 0);
}

static void remember_listener(const struct sockaddr_storage *local, uint16_t port) {
  size_t kept = listener_count < MAX_LISTENERS ? listener_count : MAX_LISTENERS;
  for (size_t i = 0; i < kept; i++)
    if (memcmp(&listeners[i], local, sizeof *local) == 0) return; // once more: a new backlog, or closed meanwhile
  listeners[listener_count++ % MAX_LISTENERS] = *local;
  status_listening(port);
}

bool network_listener(uint16_t port, struct sockaddr_storage *address, socklen_t *length) {
  size_t oldest = listener_count < MAX_LISTENERS ? 0 : listener_count - MAX_LISTENERS;
  for (size_t i = listener_count; i-- > oldest;) {
    struct address local;
    *address = listeners[i % MAX_LISTENERS];
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
  struct sockaddr_storage raw = {0};
  socklen_t length = sizeof raw;
  struct address local, chosen;
  if (!socket_look(call, (int)call->args[0], &view)) return;
  AUTO_SHARED copy = view.fd;
  if (socket_is_unix_stream(&view)) { // it has a name by a granted bind, or none, and then the kernel refuses
    call_answer(call, listen(copy, (int)call->args[1]) < 0 ? -errno : 0);
    return;
  }
  if (!socket_is_inet(&view) || getsockname(copy, (struct sockaddr *)&raw, &length) < 0 || !address_read(&raw, length, true, &local)) {
    call_answer(call, -EACCES);
    return;
  }
  chosen = local;
  chosen.port = 0;
  bool inside = call->broker->plan->cell_loopback && !view.outside && !is_given_up(call->broker->plan, &local, view.protocol);
  if (!inside && !network_may(call, &local, true, view.protocol) && !network_may(call, &chosen, true, view.protocol)) {
    network_deny(call, "net.listen", &local, view.protocol);
    return;
  }
  int result = listen(copy, (int)call->args[1]) < 0 ? -errno : 0;
  length = sizeof raw;
  if (result == 0 && getsockname(copy, (struct sockaddr *)&raw, &length) == 0 && address_read(&raw, length, true, &local))
    remember_listener(&raw, local.port);
  call_answer(call, result);
}
