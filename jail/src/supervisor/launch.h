// SPDX-License-Identifier: Apache-2.0
// What happens before the supervisor's loop: its own surroundings, and the cell's first process.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "plan.h"

// The supervisor's ends of what connects it with the cell; -1 where there is none.
struct launched {
  pid_t init;
  int init_pidfd;
  int init_channel, program_channel;
  int report, answer; // the runtime's
  int keeper;
};

// Starts the init in its namespaces. NULL, or the step that failed, with errno.
const char *launch(struct plan *plan, struct launched *launched);

// Signals that come to the supervisor are read from the descriptor that this returns; -1 with errno.
int launch_signals(void);

// To be called once the init has its own: readers of the program's output must see the end when the program is gone.
// False with errno.
bool launch_release_stdio(void);

// A mount and a connect that is under way take a descriptor each; a thousand is the usual limit, and not enough.
void launch_raise_descriptor_limit(void);
