// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "watch.h"

#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "descendants.h"
#include "status.h"

static const uint64_t MEMORY_EVERY_MS = 50;

static bool arm(int timer, uint64_t milliseconds, bool repeat) {
  struct timespec time = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
  struct itimerspec spec = {.it_value = time, .it_interval = repeat ? time : (struct timespec){0}};
  return timerfd_settime(timer, 0, &spec, NULL) == 0;
}

bool watch_open(struct watch *watch, const struct plan *plan) {
  watch->plan = plan;
  watch->wall_time = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  watch->memory = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  return watch->wall_time >= 0 && watch->memory >= 0 && relay_start(&watch->relay, plan->output_rate);
}

bool watch_start(struct watch *watch) {
  if (watch->plan->wall_time_ms && !arm(watch->wall_time, watch->plan->wall_time_ms, false)) return false;
  return !watch->plan->watch_memory || arm(watch->memory, MEMORY_EVERY_MS, true);
}

bool watch_wall_time(struct watch *watch, struct met_limit *met) {
  uint64_t ticks;
  if (read(watch->wall_time, &ticks, sizeof ticks) < 0) return false;
  const uint64_t value = watch->plan->wall_time_ms;
  *met = (struct met_limit){.limit = "wallTime", .effect = "ended", .by = "supervisor", .value = value, .peak = value, .count = 1};
  return true;
}

bool watch_memory(struct watch *watch, pid_t init) {
  uint64_t ticks, used = descendants_memory(init);
  if (read(watch->memory, &ticks, sizeof ticks) < 0 || used <= watch->plan->watch_memory) return false;
  status_limit(&(struct met_limit){.limit = "memory", .effect = "ended", .by = "watch", .value = watch->plan->watch_memory, .peak = used, .count = 1});
  arm(watch->memory, 0, false);
  return true;
}

void watch_output(struct watch *watch) {
  struct met_limit met;
  relay_met(&watch->relay, &met);
  status_limit(&met);
}
