// SPDX-License-Identifier: Apache-2.0
// The verb for how the program can be asked where it is.
#include "plan_reader.h"
#include "words.h"

// where ENTRY CURRENT REQUEST PRINT STREAM: addresses of the executable, as its file has them
bool plan_read_where(struct reader *r) {
  struct plan_where *at = &r->plan->where;
  uint64_t *into[] = {&at->entry, &at->current, &at->request, &at->print, &at->stream};
  for (size_t i = 0; i < sizeof into / sizeof *into; i++)
    if (!word_number(r->words[i + 1], UINT64_MAX >> 1, into[i]) || !*into[i]) return plan_refuse(r, "expected five addresses");
  return true;
}
