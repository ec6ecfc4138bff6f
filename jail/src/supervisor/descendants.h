// SPDX-License-Identifier: Apache-2.0
// The processes below one, as /proc/PID/task/TID/children lists them (proc(5), CONFIG_PROC_CHILDREN).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// False where the kernel was built without the lists: then none of those below can do its work.
bool descendants_listed(void);

enum { DESCENDANTS_MAX = 4096 };

// The descendants of `root`, without it, as far as there is room for DESCENDANTS_MAX of them.
size_t descendants_list(pid_t root, pid_t *pids);

// Kills every descendant of this process but those that are spared, and reaps them until none is left. The caller is their
// subreaper, so that none gets away by a double fork.
void descendants_kill(const pid_t *spared, size_t spared_count);

// What `root` and its descendants use: their threads, and what is asked for.
struct descendants {
  uint64_t memory;             // bytes that they do not share with files or with each other; without root's
  uint64_t swap;               // likewise
  uint64_t threads;            // with root's
  uint64_t user_us, system_us; // with root's, and with those of children that have been waited for
};
enum { DESCENDANTS_MEMORY = 1, DESCENDANTS_TIMES = 2 };
void descendants_count(pid_t root, struct descendants *found, unsigned what);

// Stops every descendant of `root`, or lets it go on. True once none of them runs any more (or none is stopped): who
// forks meanwhile is found by the next call.
bool descendants_stop(pid_t root, bool stopped);
