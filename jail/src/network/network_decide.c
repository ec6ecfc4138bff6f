// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "network_decide.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "monotonic.h"
#include "dns_serve.h"
#include "names.h"
#include "pins.h"
#include "socket_view.h"
#include "status.h"
#include "traffic.h"

bool network_read_address(struct call *call, uint64_t pointer, uint64_t length, struct sockaddr_storage *raw) {
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

// What the cell was given for a name is refused by that name.
void network_report(const struct address *address, int protocol) {
  char text[TRAFFIC_TEXT];
  traffic_text(address, protocol, text);
  traffic_refused(text);
  status_denied("net.connect", text, "filters");
}

void network_deny(struct call *call, const char *scope, const struct address *address, int protocol) {
  char text[80];
  if (strcmp(scope, "net.connect") == 0) {
    network_report(address, protocol);
  } else {
    address_print(address, protocol, text, sizeof text);
    status_denied(scope, text, "filters");
  }
  call_answer(call, -EACCES);
}

bool network_may(const struct call *call, const struct address *address, bool for_bind, int protocol) {
  const struct plan *plan = call->broker->plan;
  if (for_bind) return address_allowed(plan, address, for_bind, protocol);
  enum verdict by_name = UNSAID;
  const uint64_t now = clock_ms();
  size_t cursor = 0;
  for (const char *name; by_name != DENIED && (name = pins_next(address, now, &cursor));) {
    enum verdict verdict = name_verdict(plan, name, address->port, protocol);
    if (verdict != UNSAID) by_name = verdict;
  }
  // A program that reads the host's own list of names does not ask.
  for (size_t i = 0; by_name != DENIED && i < plan->host_count; i++) {
    if (!address_within(address, &plan->hosts[i].at)) continue;
    enum verdict verdict = name_verdict(plan, plan->hosts[i].name, address->port, protocol);
    if (verdict != UNSAID) by_name = verdict;
  }
  return name_settles(plan, address, by_name, protocol);
}

bool network_is_nameserver(const struct call *call, const struct socket_view *view, const struct address *address) {
  static const uint8_t local[4] = {127, 0, 0, 1};
  return call->broker->plan->nameserver && !view->outside && address->family == AF_INET && address->port == DNS_PORT &&
         memcmp(address->bytes, local, sizeof local) == 0;
}
