// SPDX-License-Identifier: Apache-2.0
// What a cell uses: as the kernel counts it where the plan names the files, else what /proc says of its processes.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "plan.h"

struct usage {
  uint64_t memory, memory_peak; // bytes
  uint64_t swap, swap_peak;
  uint64_t processes, processes_peak;               // and threads
  uint64_t cpu_us, user_us, system_us, throttled_us; // so far
};

// Reads anew; the peaks only grow. `init` is the cell's first process, 0 once it is gone and waited for.
void usage_read(struct usage *usage, const struct plan *plan, pid_t init);

// The processor time alone.
uint64_t usage_cpu_us(struct usage *usage, const struct plan *plan, pid_t init);

// The memory and swap alone, of a cell that no cgroup counts.
void usage_look(struct usage *usage, pid_t init);
