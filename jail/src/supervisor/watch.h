// SPDX-License-Identifier: Apache-2.0
// Limits that the supervisor holds by its own clocks.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "plan.h"
#include "relay.h"
#include "status.h"

struct watch {
  const struct plan *plan;
  int wall_time, memory; // timers
  struct relay relay;    // of the output
};

// Makes the timers, which stand still, and puts the relay between the cell's output and ours.
bool watch_open(struct watch *watch, const struct plan *plan);

// The program runs: from now on it counts. False with errno: nothing would.
bool watch_start(struct watch *watch);

// A timer is readable. True: the limit is reached, and the cell has to end. A limit of time is reported by the caller,
// who asks the program first where it is.
bool watch_wall_time(struct watch *watch, struct met_limit *met);
bool watch_memory(struct watch *watch, pid_t init);

// The relay has held the program back: reports it.
void watch_output(struct watch *watch);
