// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "watch.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "cgroup.h"
#include "fd.h"
#include "status.h"

enum { LOOK_MS = 50, KILL_LOOKS = 40, LEAST_MS = 5, COUNT_LEAST_MS = 1000, COUNT_MOST_MS = 8000 };

static bool arm(int timer, uint64_t milliseconds, bool repeat) {
  struct timespec time = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
  struct itimerspec spec = {.it_value = time, .it_interval = repeat ? time : (struct timespec){0}};
  return timer < 0 || timerfd_settime(timer, 0, &spec, NULL) == 0;
}

static bool has_to_look(const struct plan *plan) { return plan->watched[BOUND_MEMORY] || plan->watched[BOUND_SWAP] || plan->watched[BOUND_PROCESSES]; }

static bool is_timer(enum watched what) { return what < WATCH_MEMORY; }

// v1 tells by an eventfd that memory has run out, here or in a cgroup around this one.
static int legacy_notice(const struct plan *plan) {
  char line[32];
  AUTO_FD events = open(plan->gauges[GAUGE_MEMORY_EVENTS], O_RDONLY | O_CLOEXEC);
  int notice = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  snprintf(line, sizeof line, "%d %d", notice, events);
  if (events >= 0 && notice >= 0 && cgroup_write(plan->gauges[GAUGE_MEMORY_CONTROL], line)) return notice;
  fd_close(&notice);
  return -1;
}

// A file of cgroup v2 is ready, exceptionally, when it has changed since it was read.
static int notice(const char *path) {
  char text[512];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && read(fd, text, sizeof text) < 0) fd_close(&fd);
  return fd;
}

bool watch_open(struct watch *watch, const struct plan *plan) {
  const char *const *gauges = plan->gauges;
  const uint64_t *bounds = plan->bounds;
  const bool wanted[WATCHES] = {
      [WATCH_WALL_TIME] = plan->wall_time_ms,
      [WATCH_LOOK] = has_to_look(plan) || gauges[GAUGE_MEMORY_CONTROL],
      [WATCH_CPU_TIME] = bounds[BOUND_CPU_TIME],
      [WATCH_COUNTS] = bounds[BOUND_CPU] || gauges[GAUGE_PROCESSES_REFUSED],
      [WATCH_MEMORY] = gauges[GAUGE_MEMORY_EVENTS],
      [WATCH_SWAP] = gauges[GAUGE_SWAP_EVENTS],
      [WATCH_PROCESSES] = gauges[GAUGE_PROCESSES_EVENTS],
  };
  watch->plan = plan;
  watch->count_every_ms = COUNT_LEAST_MS;
  for (int i = 0; i < WATCHES; i++) watch->fds[i] = -1;
  for (enum watched i = 0; i < WATCHES; i++) {
    if (!wanted[i]) continue;
    if (is_timer(i)) watch->fds[i] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    else if (i == WATCH_MEMORY && gauges[GAUGE_MEMORY_CONTROL]) watch->fds[i] = legacy_notice(plan);
    else watch->fds[i] = notice(gauges[i == WATCH_MEMORY ? GAUGE_MEMORY_EVENTS : i == WATCH_SWAP ? GAUGE_SWAP_EVENTS : GAUGE_PROCESSES_EVENTS]);
    if (watch->fds[i] < 0) return false;
  }
  return true;
}

bool watch_listen(const struct watch *watch, int epoll, uint64_t tag) {
  for (enum watched i = 0; i < WATCHES; i++) {
    bool is_file = !is_timer(i) && !(i == WATCH_MEMORY && watch->plan->gauges[GAUGE_MEMORY_CONTROL]);
    // A file is always readable; what is of interest is that it has changed.
    struct epoll_event event = {.events = is_file ? EPOLLPRI : EPOLLIN, .data.u64 = tag + i};
    if (watch->fds[i] >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, watch->fds[i], &event) < 0) return false;
  }
  return true;
}

static struct met_limit met_by(const struct watch *watch, enum bound bound, const char *effect, const char *by, uint64_t peak, uint64_t count) {
  return (struct met_limit){.limit = bound_names[bound], .effect = effect, .by = by, .value = watch->plan->bounds[bound], .peak = peak, .count = count, .in_thousandths = bound == BOUND_CPU};
}

static void report(const struct watch *watch, enum bound bound, const char *effect, const char *by, uint64_t peak, uint64_t count) {
  const struct met_limit met = met_by(watch, bound, effect, by, peak, count);
  status_limit(&met);
}

static bool end(struct watch *watch) {
  for (enum watched i = 0; i < WATCHES; i++)
    if (is_timer(i)) arm(watch->fds[i], 0, false);
  return watch->ended = true;
}

static bool end_by(struct watch *watch, enum bound bound, const char *by, uint64_t peak, uint64_t count) {
  if (!watch->ended) report(watch, bound, "ended", by, peak, count);
  return end(watch);
}

// No clock of the cell's goes faster than all processors together: so long nothing has to be looked at.
static bool look_at_cpu_time(struct watch *watch, struct met_limit *met) {
  const uint64_t limit = watch->plan->bounds[BOUND_CPU_TIME], used = usage_cpu_us(&watch->usage, watch->plan, watch->init) / 1000;
  const long processors = sysconf(_SC_NPROCESSORS_ONLN);
  if (used >= limit) {
    *met = met_by(watch, BOUND_CPU_TIME, "ended", watch->plan->watched[BOUND_CPU_TIME] ? "watch" : "cgroup", used, 1);
    return end(watch);
  }
  uint64_t wait = (limit - used) / (processors > 0 ? (uint64_t)processors : 1);
  arm(watch->fds[WATCH_CPU_TIME], wait < LEAST_MS ? LEAST_MS : wait, false);
  return false;
}

// Kills that were for the limit: with v2 the kernel says so. With v1 memory was full then; what the kernel kills because
// the host itself is out of memory need not have used much.
static bool look_at_kills(struct watch *watch) {
  const char *const *gauges = watch->plan->gauges;
  char text[512];
  if (!gauges[GAUGE_MEMORY_EVENTS] || !cgroup_read(gauges[GAUGE_MEMORY_EVENTS], text, sizeof text)) return false;
  uint64_t kills = cgroup_value(text, "oom_kill", 0), limit = watch->plan->bounds[BOUND_MEMORY];
  if (!kills) return false;
  usage_read(&watch->usage, watch->plan, watch->init);
  uint64_t peak = watch->usage.memory_peak, both = cgroup_number(gauges[GAUGE_BOTH_PEAK], 0);
  bool is_full = gauges[GAUGE_MEMORY_CONTROL] ? (both > peak ? both : peak) >= limit - limit / 8 : cgroup_value(text, "oom", 1) > 0;
  if (!is_full) {
    watch->cause = "host-memory";
    return false;
  }
  return end_by(watch, BOUND_MEMORY, "cgroup", peak, kills);
}

static bool look(struct watch *watch) {
  const struct plan *plan = watch->plan;
  if (watch->looks_for_kill) {
    if (look_at_kills(watch)) return true;
    if (!--watch->looks_for_kill) arm(watch->fds[WATCH_LOOK], has_to_look(plan) ? LOOK_MS : 0, true);
    return false;
  }
  usage_look(&watch->usage, watch->init);
  if (plan->watched[BOUND_PROCESSES] && watch->usage.processes >= plan->bounds[BOUND_PROCESSES])
    report(watch, BOUND_PROCESSES, "refused", "rlimit", watch->usage.processes_peak, ++watch->met[BOUND_PROCESSES]);
  if (plan->watched[BOUND_MEMORY] && watch->usage.memory > plan->bounds[BOUND_MEMORY]) return end_by(watch, BOUND_MEMORY, "watch", watch->usage.memory, 1);
  return plan->watched[BOUND_SWAP] && watch->usage.swap > plan->bounds[BOUND_SWAP] && end_by(watch, BOUND_SWAP, "watch", watch->usage.swap, 1);
}

// True: it was met again.
static bool look_at_refusals(struct watch *watch, enum bound bound, const char *text) {
  uint64_t met = cgroup_value(text, "max", 0);
  if (met <= watch->met[bound]) return false;
  watch->met[bound] = met;
  usage_read(&watch->usage, watch->plan, watch->init);
  // Nothing was refused below the limit: a kernel that keeps no peak has had it all the same.
  if (bound == BOUND_PROCESSES) watch->usage.processes_peak = watch->plan->bounds[bound];
  report(watch, bound, "refused", "cgroup", bound == BOUND_SWAP ? watch->usage.swap_peak : watch->usage.processes_peak, met);
  return true;
}

// Of what the kernel counts and gives no notice of: waiting for the processors' share, and v1's refusals to fork. A cell
// that does not meet them is looked at less and less.
static void look_at_counts(struct watch *watch) {
  const char *const *gauges = watch->plan->gauges;
  char text[1024];
  bool is_more = cgroup_read(gauges[GAUGE_PROCESSES_REFUSED], text, sizeof text) && look_at_refusals(watch, BOUND_PROCESSES, text);
  if (watch->plan->bounds[BOUND_CPU] && cgroup_read(gauges[GAUGE_THROTTLED], text, sizeof text)) {
    uint64_t met = cgroup_value(text, "nr_throttled", 0);
    if (met > watch->met[BOUND_CPU]) is_more = true, report(watch, BOUND_CPU, "slowed", "cgroup", watch->plan->bounds[BOUND_CPU], met);
    watch->met[BOUND_CPU] = met;
  }
  watch->count_every_ms = is_more ? COUNT_LEAST_MS : watch->count_every_ms < COUNT_MOST_MS ? watch->count_every_ms * 2 : COUNT_MOST_MS;
  arm(watch->fds[WATCH_COUNTS], watch->count_every_ms, false);
}

static void take_notice(struct watch *watch, enum watched what) {
  char text[256];
  // From the beginning each time: reading is what makes the file wait for the next change.
  ssize_t got = pread(watch->fds[what], text, sizeof text - 1, 0);
  text[got > 0 ? got : 0] = '\0';
  look_at_refusals(watch, what == WATCH_SWAP ? BOUND_SWAP : BOUND_PROCESSES, text);
}

static bool look_at_memory(struct watch *watch) {
  uint64_t times;
  char text[512];
  if (!watch->plan->gauges[GAUGE_MEMORY_CONTROL]) return pread(watch->fds[WATCH_MEMORY], text, sizeof text, 0) > 0 && look_at_kills(watch);
  if (read(watch->fds[WATCH_MEMORY], &times, sizeof times) < 0) return false;
  // v1 kills one process. A cell that lacks one is no longer what it was, and ends as a whole, as it does with v2.
  watch->looks_for_kill = KILL_LOOKS;
  arm(watch->fds[WATCH_LOOK], LEAST_MS, true);
  return look_at_kills(watch);
}

bool watch_start(struct watch *watch, pid_t init) {
  const struct plan *plan = watch->plan;
  watch->init = init;
  return arm(watch->fds[WATCH_WALL_TIME], plan->wall_time_ms, false) && (!has_to_look(plan) || arm(watch->fds[WATCH_LOOK], LOOK_MS, true)) &&
         // What the cell has used of it so far is told by the first look.
         arm(watch->fds[WATCH_CPU_TIME], LEAST_MS, false) && arm(watch->fds[WATCH_COUNTS], watch->count_every_ms, false);
}

void watch_pause(struct watch *watch) {
  for (enum watched i = 0; i < WATCHES; i++) {
    struct itimerspec spec;
    if (!is_timer(i) || watch->fds[i] < 0 || timerfd_gettime(watch->fds[i], &spec) < 0) continue;
    watch->left_ms[i] = (uint64_t)spec.it_value.tv_sec * 1000 + (uint64_t)(spec.it_value.tv_nsec + 999999) / 1000000;
    arm(watch->fds[i], 0, false);
  }
}

void watch_resume(struct watch *watch) {
  for (enum watched i = 0; i < WATCHES; i++) {
    if (!is_timer(i) || !watch->left_ms[i]) continue;
    arm(watch->fds[i], i == WATCH_LOOK ? LOOK_MS : watch->left_ms[i], i == WATCH_LOOK);
    watch->left_ms[i] = 0;
  }
}

bool watch_event(struct watch *watch, enum watched what, struct met_limit *met) {
  uint64_t ticks;
  if (is_timer(what) && (read(watch->fds[what], &ticks, sizeof ticks) < 0 || watch->ended)) return false;
  switch (what) {
    case WATCH_WALL_TIME:
      *met = (struct met_limit){.limit = "wallTime", .effect = "ended", .by = "supervisor", .value = watch->plan->wall_time_ms, .peak = watch->plan->wall_time_ms, .count = 1};
      return end(watch);
    case WATCH_LOOK:
      return look(watch);
    case WATCH_CPU_TIME:
      return look_at_cpu_time(watch, met);
    case WATCH_COUNTS:
      look_at_counts(watch);
      return false;
    case WATCH_MEMORY:
      return look_at_memory(watch);
    case WATCH_SWAP:
    case WATCH_PROCESSES:
      take_notice(watch, what);
      return false;
    case WATCHES:
      break;
  }
  return false;
}

void watch_heap(struct watch *watch) {
  watch->cause = "heap";
}

void watch_finish(struct watch *watch, bool was_killed) {
  const struct plan *plan = watch->plan;
  const uint64_t limit = plan->bounds[BOUND_CPU_TIME];
  usage_read(&watch->usage, plan, 0);
  look_at_counts(watch);
  if (!watch->ended) look_at_kills(watch);
  // RLIMIT_CPU, which the kernel holds by itself, may have been first.
  if (!watch->ended && was_killed && limit && watch->usage.cpu_us / 1000 >= limit) end_by(watch, BOUND_CPU_TIME, plan->watched[BOUND_CPU_TIME] ? "rlimit" : "cgroup", watch->usage.cpu_us / 1000, 1);
  if (watch->cause && !strcmp(watch->cause, "heap") && !watch->ended && plan->bounds[BOUND_MEMORY]) end_by(watch, BOUND_MEMORY, "heap", watch->usage.memory_peak, 1);
  status_usage(0, &watch->usage);
}

void watch_output(struct watch *watch) {
  struct met_limit met;
  relay_met(&watch->relay, &met);
  status_limit(&met);
}
