// SPDX-License-Identifier: Apache-2.0
// The verbs for what the supervisor counts itself.
#include <string.h>

#include "plan_reader.h"
#include "words.h"

// output BYTES, connections NUMBER, connect-rate NUMBER
bool plan_read_rate(struct reader *r) {
  struct plan *p = r->plan;
  const bool is_output = !strcmp(r->words[0], "output");
  uint64_t *into = is_output ? &p->output_rate : !strcmp(r->words[0], "connections") ? &p->connections : &p->connect_rate;
  return (word_number(r->words[1], is_output ? UINT32_MAX : PLAN_MAX_CONNECTIONS, into) && *into) || plan_refuse(r, "expected a number above 0");
}

bool plan_read_count(struct reader *r) {
  return word_one_of(r->words[1], "bytes", "connections", &r->plan->counts_bytes) || plan_refuse(r, "expected bytes or connections");
}
