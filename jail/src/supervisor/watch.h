// SPDX-License-Identifier: Apache-2.0
// What the supervisor watches of a cell's limits: its own clocks, and what the kernel counts in the cell's cgroups.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "plan.h"
#include "relay.h"
#include "status.h"
#include "usage.h"

enum watched { WATCH_WALL_TIME, WATCH_LOOK, WATCH_CPU_TIME, WATCH_COUNTS, WATCH_MEMORY, WATCH_SWAP, WATCH_PROCESSES, WATCHES };

struct watch {
  const struct plan *plan;
  struct relay relay; // of the output; started before the cell
  pid_t init;
  struct usage usage;
  int fds[WATCHES];              // timers and notices; -1: nothing to watch
  uint64_t left_ms[WATCHES];     // of a timer that is paused
  uint64_t met[BOUNDS];          // how often, as the kernel last said
  uint64_t count_every_ms;       // between two looks at what the kernel counts without giving notice
  unsigned looks_for_kill;       // after a notice of v1's that memory is out: whom the kernel kills it says later
  bool ended;                    // the cell has to end; said once
  const char *cause;             // what the host has to know of the end, where no limit says it; NULL: nothing
};

// Makes what there is to watch; timers stand still. False with errno.
bool watch_open(struct watch *watch, const struct plan *plan);

// Reports to `epoll`, with tags from `tag` on. False with errno.
bool watch_listen(const struct watch *watch, int epoll, uint64_t tag);

// The program is about to run: from now on it counts. False with errno.
bool watch_start(struct watch *watch, pid_t init);

// The time that passes until watch_resume is not the cell's.
void watch_pause(struct watch *watch);
void watch_resume(struct watch *watch);

// One of them has something. True: a limit is reached, and the cell has to end. It is reported already; but for one of
// time, which is in `met` for the caller to report, who asks the program first where it is.
bool watch_event(struct watch *watch, enum watched what, struct met_limit *met);

// The program has run out of V8's heap and ends itself.
void watch_heap(struct watch *watch);

// The cell is gone, its cgroups are not: tells what ended it, and what it has used.
void watch_finish(struct watch *watch, bool was_killed);

// The relay has held the program back: reports it.
void watch_output(struct watch *watch);
