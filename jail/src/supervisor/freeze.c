// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "freeze.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "cgroup.h"
#include "descendants.h"
#include "status.h"

// A call that the broker is answering keeps its thread from being frozen: a second is enough for all but a connect to
// somebody who does not answer, and whoever wants to freeze such a cell can ask again.
enum { LOOK_MS = 5, LOOKS = 200 };

static void wait_a_little(struct freezer *freezer, bool is_on) {
  struct timespec time = {.tv_nsec = is_on ? LOOK_MS * 1000000 : 0};
  struct itimerspec spec = {.it_value = time, .it_interval = time};
  timerfd_settime(freezer->timer, 0, &spec, NULL);
}

static bool ask(const struct freezer *freezer, bool is_wanted) {
  const struct freezer_files *files = &freezer->plan->freezer;
  if (!files->control) return true;
  if (files->is_legacy) return cgroup_write(files->control, is_wanted ? "FROZEN" : "THAWED");
  return cgroup_write(files->control, is_wanted ? "1" : "0");
}

static bool is_done(const struct freezer *freezer) {
  const struct freezer_files *files = &freezer->plan->freezer;
  char text[256];
  if (!files->control) return descendants_stop(freezer->init, freezer->is_wanted);
  if (!cgroup_read(files->state, text, sizeof text)) return false;
  if (files->is_legacy) return !strcmp(text, freezer->is_wanted ? "FROZEN\n" : "THAWED\n");
  return cgroup_value(text, "frozen", 2) == (uint64_t)freezer->is_wanted;
}

static void answer(struct freezer *freezer, int cause) {
  wait_a_little(freezer, false);
  freezer->looks = 0;
  bool was_frozen = freezer->is_frozen, is_frozen = freezer->is_wanted && !cause;
  if (is_frozen != was_frozen) is_frozen ? watch_pause(freezer->watch) : watch_resume(freezer->watch);
  freezer->is_frozen = is_frozen;
  status_frozen(freezer->id, is_frozen, cause);
}

static void look(struct freezer *freezer) {
  if (is_done(freezer)) {
    answer(freezer, 0);
  } else if (!--freezer->looks) {
    // Half frozen is worse than not at all.
    bool was_wanted = freezer->is_wanted;
    freezer->is_wanted = false;
    ask(freezer, false);
    is_done(freezer);
    answer(freezer, was_wanted ? EBUSY : 0);
  }
}

void freezer_command(struct freezer *freezer, unsigned id, bool is_wanted) {
  if (freezer->timer < 0) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = freezer->tag};
    freezer->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (freezer->timer >= 0) epoll_ctl(freezer->epoll, EPOLL_CTL_ADD, freezer->timer, &event);
  }
  // Whoever asked before is told that the cell is on its way elsewhere.
  if (freezer->looks) answer(freezer, ECANCELED);
  freezer->id = id, freezer->is_wanted = is_wanted, freezer->looks = LOOKS;
  if (freezer->timer < 0 || !ask(freezer, is_wanted)) {
    answer(freezer, errno);
    return;
  }
  wait_a_little(freezer, true);
  look(freezer);
}

void freezer_look(struct freezer *freezer) {
  uint64_t ticks;
  if (read(freezer->timer, &ticks, sizeof ticks) > 0 && freezer->looks) look(freezer);
}

void freezer_release(struct freezer *freezer) {
  if ((freezer->is_frozen || freezer->looks) && freezer->plan->freezer.is_legacy) ask(freezer, false);
}
