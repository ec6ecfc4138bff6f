// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "where.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"

// A loop comes by a place where it can be interrupted within microseconds; a share of the processor that is used up can
// hold it up for a tenth of a second, and the program can do so for ever.
static const int DEADLINE_S = 1;

bool where_ask(struct where *where, const struct plan *plan, pid_t program, int pidfd) {
  if (!plan->where.entry || program <= 0 || pidfd < 0 || where->deadline >= 0) return false;
  const struct itimerspec spec = {.it_value = {.tv_sec = DEADLINE_S}};
  where->deadline = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (where->deadline < 0 || timerfd_settime(where->deadline, 0, &spec, NULL) < 0) return false;
  where->helper = fork();
  if (where->helper == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    fd_close_others((const int[]){pidfd}, 1);
    _exit((int)ask_where(&plan->where, program, pidfd));
  }
  if (where->helper > 0) return true;
  where->helper = 0;
  fd_close(&where->deadline);
  return false;
}

enum asked where_result(struct where *where) {
  int status;
  if (where->helper <= 0 || waitpid(where->helper, &status, WNOHANG) != where->helper) return ASKED;
  where->helper = 0;
  return WIFEXITED(status) ? (enum asked)WEXITSTATUS(status) : ASKED_IN_VAIN;
}

void where_report(struct where *where) {
  if (where->met.limit) status_limit(&where->met);
  where->met.limit = NULL;
}

void where_close(struct where *where) {
  if (where->helper > 0) {
    kill(where->helper, SIGKILL);
    waitpid(where->helper, NULL, 0);
  }
  where->helper = 0;
  fd_close(&where->deadline);
}
