// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "stage.h"
#include "supervisor_state.h"

void supervisor_signal(struct supervisor *s, int number) {
  // By pidfd: once the init has reaped the program, its number may be somebody else's.
  if (s->program_pidfd >= 0 && !s->exited) syscall(SYS_pidfd_send_signal, s->program_pidfd, number, NULL, 0);
}

void supervisor_kill(struct supervisor *s) {
  bool by_init = s->plan->namespaces & CLONE_NEWPID || s->program_pidfd < 0;
  s->ended = true;
  if (s->cell.init <= 0 || (!by_init && s->exited)) return;
  // It is our child and not waited for, so its number means it.
  if (syscall(SYS_pidfd_send_signal, by_init ? s->cell.init_pidfd : s->program_pidfd, SIGKILL, NULL, 0) < 0) kill(s->cell.init, SIGKILL);
  freezer_release(&s->freezer);
}

void supervisor_end_by_met(struct supervisor *s) {
  where_report(&s->where);
  supervisor_kill(s);
  where_close(&s->where);
}

void supervisor_end_by_limit(struct supervisor *s, const struct met_limit *met) {
  if (s->where.met.limit) return;
  s->where.met = *met;
  if (s->broker.report >= 0 && s->broker.is_ready && !s->exited && where_ask(&s->where, s->plan, s->program, s->program_pidfd)) {
    s->broker.where = ASKED_WHERE;
    if (!supervisor_on(s, s->where.deadline, TAG_WHERE)) supervisor_end_by_met(s);
  } else {
    supervisor_end_by_met(s);
  }
}

void supervisor_fail(struct supervisor *s, const char *step, int cause, const char *resource) {
  if (!s->failed) status_failed(step, cause, resource);
  s->failed = true;
  s->exit_code = strcmp(step, "exec") != 0 ? EXIT_JAIL : cause == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
  supervisor_kill(s); // fail closed: whatever there is of it
}
