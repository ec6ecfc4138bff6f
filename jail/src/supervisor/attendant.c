// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "attendant.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "handover.h"
#include "stage.h"
#include "status.h"

enum { STATUS = 3, CONTROL = 4 };

bool attendant_open(struct attendant *attendant) {
  int ends[2];
  if (!attendant->command) return true;
  attendant->output = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (attendant->output < 0 || pipe2(ends, O_CLOEXEC) < 0) return false;
  attendant->status = ends[0];
  return status_use(ends[1]);
}

static _Noreturn void become(const struct attendant *attendant, int control) {
  char **environment = handover_environment(attendant->environment);
  sigset_t none;
  sigemptyset(&none);
  // A session of its own: what a terminal sends is for the program, and who tells of it lives on.
  setsid();
  // Away from the numbers that they will get; 0 and 1 are /dev/null already.
  int status = fcntl(attendant->status, F_DUPFD_CLOEXEC, 16), commands = fcntl(control, F_DUPFD_CLOEXEC, 16);
  if (!environment || dup2(attendant->output, STDERR_FILENO) < 0 || dup2(status, STATUS) < 0 || dup2(commands, CONTROL) < 0) _exit(EXIT_JAIL);
  if (!fd_close_others((const int[]){STATUS, CONTROL}, 2)) _exit(EXIT_JAIL);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(attendant->command[0], attendant->command, environment);
  _exit(EXIT_JAIL);
}

int attendant_start(struct attendant *attendant) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -1;
  attendant->pid = fork();
  if (attendant->pid == 0) become(attendant, ends[1]);
  close(ends[1]);
  fd_close(&attendant->status);
  fd_close(&attendant->output);
  if (attendant->pid < 0) fd_close(&ends[0]);
  return ends[0];
}

bool attendant_is_needed(const struct attendant *attendant, int exit_code) {
  if (!attendant->command || attendant->pid) return false;
  if (status_has_told(STATUS_FAILED | STATUS_LIMIT)) return true;
  if (status_has_told(STATUS_DENIED)) return exit_code || attendant->tells_denials;
  return exit_code && attendant->tells_exit;
}

void attendant_wait(struct attendant *attendant) {
  status_close();
  while (attendant->pid > 0 && waitpid(attendant->pid, NULL, 0) < 0 && errno == EINTR) {}
}
