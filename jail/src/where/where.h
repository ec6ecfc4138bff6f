// SPDX-License-Identifier: Apache-2.0
// Before a limit of time ends the cell: where was the program?
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "ask.h"
#include "plan.h"
#include "status.h"

struct where {
  pid_t helper; // asks; 0: not asked, or it has ended
  int deadline; // timer; -1: not asked
  struct met_limit met; // has ended the cell, and waits for what the program says; no name: none does
};

// Asks the program, which does not go on after it. False: it cannot be asked. When it can, `where->deadline` is to be
// watched: the answer comes by the report, or not at all.
bool where_ask(struct where *where, const struct plan *plan, pid_t program, int pidfd);

// After a SIGCHLD: what came of asking; ASKED as long as there may be an answer.
enum asked where_result(struct where *where);

// Reports the limit that waits, if one does.
void where_report(struct where *where);

// Once the cell has been told to end.
void where_close(struct where *where);
