// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "usage.h"

#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cgroup.h"
#include "descendants.h"

static void raise_to(uint64_t *peak, uint64_t value) {
  if (value > *peak) *peak = value;
}

static void read_memory(struct usage *usage, const char *const *gauges) {
  usage->memory = cgroup_number(gauges[GAUGE_MEMORY], usage->memory);
  raise_to(&usage->memory_peak, usage->memory);
  raise_to(&usage->memory_peak, cgroup_number(gauges[GAUGE_MEMORY_PEAK], 0));
}

static void read_swap(struct usage *usage, const char *const *gauges) {
  if (gauges[GAUGE_BOTH]) {
    // v1 counts the two together. Their peaks need not have been at one time, but what is above memory's was swap.
    uint64_t both = cgroup_number(gauges[GAUGE_BOTH], 0), both_peak = cgroup_number(gauges[GAUGE_BOTH_PEAK], 0);
    usage->swap = both > usage->memory ? both - usage->memory : 0;
    if (both_peak > usage->memory_peak) raise_to(&usage->swap_peak, both_peak - usage->memory_peak);
  } else {
    usage->swap = cgroup_number(gauges[GAUGE_SWAP], usage->swap);
    raise_to(&usage->swap_peak, cgroup_number(gauges[GAUGE_SWAP_PEAK], 0));
  }
  raise_to(&usage->swap_peak, usage->swap);
}

static void read_cpu(struct usage *usage, const char *const *gauges) {
  char text[1024];
  if (gauges[GAUGE_CPU_USER]) {
    usage->cpu_us = cgroup_number(gauges[GAUGE_CPU], 0) / 1000;
    // v1 counts these two by the clock's ticks, and the sum as it is: they say in which proportion.
    const uint64_t user = cgroup_number(gauges[GAUGE_CPU_USER], 0) / 1000, ticked = user + cgroup_number(gauges[GAUGE_CPU_SYSTEM], 0) / 1000;
    usage->user_us = ticked ? (uint64_t)((double)usage->cpu_us * (double)user / (double)ticked) : usage->cpu_us;
    usage->system_us = usage->cpu_us - usage->user_us;
  } else if (cgroup_read(gauges[GAUGE_CPU], text, sizeof text)) {
    usage->cpu_us = cgroup_value(text, "usage_usec", usage->cpu_us);
    usage->user_us = cgroup_value(text, "user_usec", usage->user_us);
    usage->system_us = cgroup_value(text, "system_usec", usage->system_us);
  }
}

static void read_throttled(struct usage *usage, const char *const *gauges) {
  char text[1024];
  if (!cgroup_read(gauges[GAUGE_THROTTLED], text, sizeof text)) return;
  usage->throttled_us = cgroup_value(text, "throttled_usec", cgroup_value(text, "throttled_time", 0) / 1000);
}

// What has been waited for counts with whoever waited, and in the end with us: clocks never go back, but for what ended
// without being waited for.
static void count_cpu(struct usage *usage, const struct descendants *found) {
  raise_to(&usage->user_us, found->user_us);
  raise_to(&usage->system_us, found->system_us);
  usage->cpu_us = usage->user_us + usage->system_us;
}

static void own_children(struct descendants *found) {
  struct rusage used;
  if (getrusage(RUSAGE_CHILDREN, &used) < 0) return;
  found->user_us = (uint64_t)used.ru_utime.tv_sec * 1000000 + (uint64_t)used.ru_utime.tv_usec;
  found->system_us = (uint64_t)used.ru_stime.tv_sec * 1000000 + (uint64_t)used.ru_stime.tv_usec;
}

void usage_look(struct usage *usage, pid_t init) {
  struct descendants found;
  descendants_count(init, &found, DESCENDANTS_MEMORY);
  usage->memory = found.memory, usage->swap = found.swap, usage->processes = found.threads;
  raise_to(&usage->memory_peak, usage->memory);
  raise_to(&usage->swap_peak, usage->swap);
  raise_to(&usage->processes_peak, usage->processes);
}

uint64_t usage_cpu_us(struct usage *usage, const struct plan *plan, pid_t init) {
  struct descendants found = {0};
  if (plan->gauges[GAUGE_CPU]) {
    read_cpu(usage, plan->gauges);
  } else {
    if (init) descendants_count(init, &found, DESCENDANTS_TIMES);
    else own_children(&found);
    count_cpu(usage, &found);
  }
  return usage->cpu_us;
}

void usage_read(struct usage *usage, const struct plan *plan, pid_t init) {
  const char *const *gauges = plan->gauges;
  struct usage before = *usage;
  bool all_counted = gauges[GAUGE_MEMORY] && (gauges[GAUGE_SWAP] || gauges[GAUGE_BOTH]) && gauges[GAUGE_PROCESSES];
  if (init && !all_counted) usage_look(usage, init);
  if (gauges[GAUGE_MEMORY]) usage->memory_peak = before.memory_peak, read_memory(usage, gauges);
  if (gauges[GAUGE_SWAP] || gauges[GAUGE_BOTH]) usage->swap_peak = before.swap_peak, read_swap(usage, gauges);
  if (gauges[GAUGE_PROCESSES]) {
    usage->processes = cgroup_number(gauges[GAUGE_PROCESSES], usage->processes);
    usage->processes_peak = before.processes_peak;
    raise_to(&usage->processes_peak, usage->processes);
    raise_to(&usage->processes_peak, cgroup_number(gauges[GAUGE_PROCESSES_PEAK], 0));
  }
  // Of a cell that nobody has looked at while it ran: its largest process, with what that shared.
  struct rusage used;
  if (!init && !usage->memory_peak && getrusage(RUSAGE_CHILDREN, &used) == 0) usage->memory_peak = (uint64_t)used.ru_maxrss * 1024;
  usage_cpu_us(usage, plan, init);
  read_throttled(usage, gauges);
}
