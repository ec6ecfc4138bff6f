// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"

// The init's ends of what connects the stages.
struct init_channels {
  int init;    // to the supervisor
  int program; // the program's end; closed here once the program has it
  int report;  // likewise
  int answer;  // likewise
  int keeper;  // likewise; -1: there is none
};

// Process 1 of the cell: puts the namespaces' wall up, starts the program, reaps what is orphaned, and ends with the
// program. Everything in the pid namespace ends with it. Never returns.
_Noreturn void init_run(struct plan *plan, struct init_channels channels);
