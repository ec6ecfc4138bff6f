// SPDX-License-Identifier: Apache-2.0
// The verbs for what the program is told of the machine.
#include <string.h>

#include "plan_reader.h"
#include "words.h"

bool plan_read_clock(struct reader *r) {
  return word_one_of(r->words[1], "cell", "host", &r->plan->own_clock) || plan_refuse(r, "expected cell or host");
}

// What uname(2) has room for.
bool plan_read_uname(struct reader *r) {
  for (size_t i = 1; i < 4; i++)
    if (strlen(r->words[i]) > 64) return plan_refuse(r, "expected a name, a release and a version of at most 64 bytes");
  r->plan->uname_node = r->words[1], r->plan->uname_release = r->words[2], r->plan->uname_version = r->words[3];
  return true;
}

// sysinfo BYTES|host cell|host none|host
bool plan_read_sysinfo(struct reader *r) {
  struct plan *p = r->plan;
  p->answers_sysinfo = true;
  if (strcmp(r->words[1], "host") != 0 && (!word_number(r->words[1], UINT64_MAX >> 1, &p->shown_memory) || !p->shown_memory))
    return plan_refuse(r, "expected bytes of memory or host");
  return (word_one_of(r->words[2], "cell", "host", &p->hides_uptime) && word_one_of(r->words[3], "none", "host", &p->hides_loads)) ||
         plan_refuse(r, "expected cell or host, none or host");
}

bool plan_read_processors(struct reader *r) {
  return (word_number(r->words[1], 64, &r->plan->shown_processors) && r->plan->shown_processors) ||
         plan_refuse(r, "expected 1 to 64 processors");
}
