// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

// Nothing here decides anything: the answer goes to an address that the program named, like the kernel's own would.
static void answer_with(const struct call *call, uint64_t address, const void *facts, size_t length, int64_t value) {
  call_answer(call, call_write(call, address, facts, length) ? value : -EFAULT);
}

static void put(char *field, size_t size, const char *text) {
  memset(field, 0, size);
  snprintf(field, size, "%s", text);
}

void facts_uname(struct call *call) {
  const struct plan *plan = call->broker->plan;
  struct utsname facts;
  if (!plan->uname_release || uname(&facts) < 0) {
    call_continue(call);
    return;
  }
  put(facts.nodename, sizeof facts.nodename, plan->uname_node);
  put(facts.release, sizeof facts.release, plan->uname_release);
  put(facts.version, sizeof facts.version, plan->uname_version);
  put(facts.domainname, sizeof facts.domainname, "(none)");
  answer_with(call, call->args[0], &facts, sizeof facts, 0);
}

void facts_sysinfo(struct call *call) {
  const struct plan *plan = call->broker->plan;
  struct sysinfo facts;
  struct timespec now;
  if (!plan->answers_sysinfo || sysinfo(&facts) < 0 || clock_gettime(CLOCK_BOOTTIME, &now) < 0) {
    call_continue(call);
    return;
  }
  facts.procs = 1;
  if (plan->hides_uptime) facts.uptime = (long)(now.tv_sec - call->broker->started);
  if (plan->hides_loads) memset(facts.loads, 0, sizeof facts.loads);
  if (plan->shown_memory) {
    facts.totalram = facts.freeram = plan->shown_memory;
    facts.sharedram = facts.bufferram = facts.totalswap = facts.freeswap = facts.totalhigh = facts.freehigh = 0;
    facts.mem_unit = 1;
  }
  answer_with(call, call->args[0], &facts, sizeof facts, 0);
}

// As a kernel for at most 64 processors would: one word, of which the lowest bits are set.
void facts_processors(struct call *call) {
  uint64_t count = call->broker->plan->shown_processors, mask;
  if (!count) {
    call_continue(call);
    return;
  }
  mask = count >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
  if (call->args[1] < sizeof mask || call->args[1] % sizeof mask) call_answer(call, -EINVAL);
  else answer_with(call, call->args[2], &mask, sizeof mask, sizeof mask);
}
