// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "shared.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>

#include "fd.h"

enum { PATIENCE_US = 5000 };
static bool has_lingering;

static void wake(int number) { (void)number; }

// Again and again: the first alarm may come before the call does.
static void alarm_every(suseconds_t microseconds) {
  const struct timeval span = {.tv_usec = microseconds};
  setitimer(ITIMER_REAL, &(struct itimerval){span, span}, NULL);
}

static void lose_patience(void) {
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  // Without SA_RESTART: what waits is to end.
  sigaction(SIGALRM, &(struct sigaction){.sa_handler = wake}, NULL);
  sigprocmask(SIG_UNBLOCK, &alarm, NULL);
  alarm_every(PATIENCE_US);
}

void shared_lingers(void) { has_lingering = true; }

void shared_close(int *fd) {
  if (*fd < 0) return;
  if (has_lingering) lose_patience();
  fd_close(fd);
  if (has_lingering) alarm_every(0);
}

int shared_connect(int fd, const struct sockaddr *address, socklen_t length) {
  lose_patience();
  const int cause = connect(fd, address, length) < 0 ? errno : 0;
  alarm_every(0);
  return cause;
}
