// SPDX-License-Identifier: Apache-2.0
// Freezes a cell and lets it go on: by the freezer of its cgroup, or by stopping its processes one by one.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "plan.h"
#include "watch.h"

struct freezer {
  const struct plan *plan;
  pid_t init;
  struct watch *watch; // its time stands still while the cell is frozen
  int epoll;           // reports the timer, with `tag`
  uint64_t tag;
  bool is_wanted; // what was last asked for
  bool is_frozen; // and its time stands still
  unsigned id;    // of the command that waits for its answer
  unsigned looks; // left until the attempt is given up
  int timer;      // between two looks; -1: never frozen
};

// Asks for it. The answer is a status line, now or once the kernel is done.
void freezer_command(struct freezer *freezer, unsigned id, bool is_wanted);

// Its timer is readable.
void freezer_look(struct freezer *freezer);

// The cell is being killed: what v1 has frozen cannot die.
void freezer_release(struct freezer *freezer);
