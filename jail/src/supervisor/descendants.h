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

// Bytes of memory that `root` and its descendants do not share with files: what the supervisor's own watch counts
// where no cgroup can be had.
uint64_t descendants_memory(pid_t root);
