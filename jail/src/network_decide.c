// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "network_decide.h"

#include <errno.h>
#include <string.h>

#include "status.h"

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

void network_deny(struct call *call, const char *scope, const struct address *address, int protocol) {
  char text[80];
  address_print(address, protocol, text, sizeof text);
  status_denied(scope, text, "filters");
  call_answer(call, -EACCES);
}

bool network_may(const struct call *call, const struct address *address, bool for_bind, int protocol) {
  return address_allowed(call->broker->plan, address, for_bind, protocol);
}
