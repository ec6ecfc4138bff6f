// SPDX-License-Identifier: Apache-2.0
// What a command hands over by execve(2) when it becomes the supervisor itself: docs/plan.md, "Handing over".
#pragma once

#include <stdbool.h>

struct handover {
  int plan;        // a file without a name that holds the plan
  int environment; // and one with the caller's variables, a NUL behind each
};

// Takes both out of this process's environment, of which nothing stays in memory: the init is a copy of it, and a
// program that could look into the init would find the caller's variables there. False with errno.
bool handover_take(struct handover *handover);

// The variables as they were, with a NULL at the end; NULL with errno. For a process that executes something else next.
char **handover_environment(int environment);
