// SPDX-License-Identifier: Apache-2.0
// The verbs of limits: control groups, what bounds the cell as a whole, and where the kernel counts it.
#define _GNU_SOURCE
#include <string.h>

#include "plan_reader.h"
#include "words.h"

const char *const bound_names[BOUNDS] = {
    [BOUND_MEMORY] = "memory", [BOUND_SWAP] = "swap", [BOUND_CPU] = "cpu", [BOUND_CPU_TIME] = "cpuTime", [BOUND_PROCESSES] = "processes",
};

const char *const gauge_names[GAUGES] = {
    [GAUGE_MEMORY] = "memory",
    [GAUGE_MEMORY_PEAK] = "memory-peak",
    [GAUGE_MEMORY_EVENTS] = "memory-events",
    [GAUGE_MEMORY_CONTROL] = "memory-control",
    [GAUGE_SWAP] = "swap",
    [GAUGE_SWAP_PEAK] = "swap-peak",
    [GAUGE_SWAP_EVENTS] = "swap-events",
    [GAUGE_BOTH] = "memory-and-swap",
    [GAUGE_BOTH_PEAK] = "memory-and-swap-peak",
    [GAUGE_PROCESSES] = "processes",
    [GAUGE_PROCESSES_PEAK] = "processes-peak",
    [GAUGE_PROCESSES_EVENTS] = "processes-events",
    [GAUGE_PROCESSES_REFUSED] = "processes-refused",
    [GAUGE_CPU] = "cpu",
    [GAUGE_CPU_USER] = "cpu-user",
    [GAUGE_CPU_SYSTEM] = "cpu-system",
    [GAUGE_THROTTLED] = "throttled",
};

static bool find(const char *const *names, size_t count, const char *name, size_t *index) {
  for (*index = 0; *index < count; ++*index)
    if (strcmp(names[*index], name) == 0) return true;
  return false;
}

bool plan_read_cgroup(struct reader *r) {
  static const char *const verbs[] = {[CGROUP_MAKE] = "cgroup-make", [CGROUP_SET] = "cgroup-set", [CGROUP_TRY] = "cgroup-try", [CGROUP_JOIN] = "cgroup-join", [CGROUP_SWEEP] = "cgroup-sweep"};
  struct plan *p = r->plan;
  size_t verb;
  if (!find(verbs, sizeof verbs / sizeof *verbs, r->words[0], &verb) || !word_is_path(r->words[1])) return plan_refuse(r, "expected an absolute, normalised path");
  if (p->cgroup_count == PLAN_MAX_CGROUP) return plan_refuse(r, "too many steps");
  p->cgroup[p->cgroup_count++] = (struct cgroup_step){(enum cgroup_verb)verb, r->words[1], r->count > 2 ? r->words[2] : NULL};
  return true;
}

bool plan_read_limit(struct reader *r) {
  size_t bound;
  uint64_t value;
  if (!find(bound_names, BOUNDS, r->words[1], &bound) || !word_number(r->words[2], UINT64_MAX >> 1, &value) || !value)
    return plan_refuse(r, "expected a limit's name and value");
  if (r->plan->bounds[bound]) return plan_refuse(r, "given twice");
  r->plan->bounds[bound] = value;
  return true;
}

bool plan_read_watch(struct reader *r) {
  size_t bound;
  if (!find(bound_names, BOUNDS, r->words[1], &bound) || bound == BOUND_CPU) return plan_refuse(r, "expected memory, swap, cpuTime or processes");
  if (r->plan->watched[bound]) return plan_refuse(r, "given twice");
  r->plan->watched[bound] = true;
  return true;
}

bool plan_read_gauge(struct reader *r) {
  size_t gauge;
  if (!find(gauge_names, GAUGES, r->words[1], &gauge) || !word_is_path(r->words[2])) return plan_refuse(r, "expected a gauge's name and an absolute, normalised path");
  if (r->plan->gauges[gauge]) return plan_refuse(r, "given twice");
  r->plan->gauges[gauge] = r->words[2];
  return true;
}

bool plan_read_freezer(struct reader *r) {
  struct freezer_files *freezer = &r->plan->freezer;
  if (!word_one_of(r->words[1], "1", "2", &freezer->is_legacy) || !word_is_path(r->words[2]) || !word_is_path(r->words[3]))
    return plan_refuse(r, "expected 1 or 2 and two absolute, normalised paths");
  freezer->control = r->words[2], freezer->state = r->words[3];
  return true;
}

bool plan_read_nice(struct reader *r) {
  uint64_t nice;
  if (!word_number(r->words[1], 19, &nice) || !nice) return plan_refuse(r, "expected 1 to 19");
  r->plan->nice = (int)nice;
  return true;
}

bool plan_read_wall_time(struct reader *r) {
  return (word_number(r->words[1], UINT32_MAX, &r->plan->wall_time_ms) && r->plan->wall_time_ms) || plan_refuse(r, "expected milliseconds");
}
