// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "landlock.h"
#include "listener.h"
#include "path_keeper.h"
#include "pinned_file.h"
#include "stage.h"

enum { KEEPER_FD = 6, CHANNEL_FD = 7 };

// What the runtime is told, in a file without a name: the environment could be read in /proc for as long as the process
// lives. Its mode, which no other file has, says what it is; the runtime closes it before the program begins.
static void hand_over_message(const struct plan *plan) {
  if (!plan->message) return;
  int fd = fd_memory("message", 0);
  if (fd < 0 || !fd_write(fd, plan->message, strlen(plan->message)) || lseek(fd, 0, SEEK_SET) < 0 || fchmod(fd, 0404) < 0) stage_fail("descriptors", "message");
  if (fd != MESSAGE_FD && (dup2(fd, MESSAGE_FD) < 0 || close(fd) < 0)) stage_fail("descriptors", "message");
}

// Only 0, 1, 2, REPORT_FD, ANSWER_FD and the channel stay; the channel closes itself on exec.
static void keep_descriptors(int channel, int report, int answer, int keeper) {
  // Away from the numbers that they will get, so that none overwrites another.
  int far_channel = fcntl(channel, F_DUPFD_CLOEXEC, 16), far_report = fcntl(report, F_DUPFD_CLOEXEC, 16), far_answer = fcntl(answer, F_DUPFD_CLOEXEC, 16);
  if (far_channel < 0 || far_report < 0 || far_answer < 0 || dup3(far_channel, CHANNEL_FD, O_CLOEXEC) < 0 || dup2(far_report, REPORT_FD) < 0 ||
      dup2(far_answer, ANSWER_FD) < 0)
    stage_fail("descriptors", "dup");
  stage_use(CHANNEL_FD);
  if (keeper >= 0) {
    int far_keeper = fcntl(keeper, F_DUPFD_CLOEXEC, 16);
    if (far_keeper < 0 || dup3(far_keeper, KEEPER_FD, O_CLOEXEC) < 0) stage_fail("descriptors", "dup");
  }
  if (!fd_stdio_is_safe()) stage_fail("descriptors", "stdin, stdout or stderr");
  if (!fd_close_others((const int[]){REPORT_FD, ANSWER_FD, CHANNEL_FD, keeper >= 0 ? KEEPER_FD : -1}, 4)) stage_fail("descriptors", "the init's");
}

static void reset_signals(void) {
  sigset_t none;
  // EINVAL: SIGKILL, SIGSTOP, and what libc keeps for itself.
  for (int number = 1; number < NSIG; number++)
    if (signal(number, SIG_DFL) == SIG_ERR && errno != EINVAL) stage_fail("init", "signals");
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) < 0) stage_fail("init", "signals");
}

static void set_limits(const struct plan *plan) {
  for (size_t i = 0; i < plan->rlimit_count; i++) {
    struct rlimit wanted = plan->rlimits[i].value, now;
    if (getrlimit(plan->rlimits[i].resource, &now) < 0) stage_fail("rlimit", "read");
    // A limit that is lower already stays: raising it takes a privilege that we gave up.
    if (now.rlim_max < wanted.rlim_max) wanted = (struct rlimit){now.rlim_max, now.rlim_max};
    if (setrlimit(plan->rlimits[i].resource, &wanted) < 0) stage_fail("rlimit", "set");
  }
}

_Noreturn void program_run(const struct plan *plan, int channel, int report, int answer, int keeper) {
  stage_use(channel);
  keep_descriptors(channel, report, answer, keeper);
  hand_over_message(plan);
  reset_signals();
  if (setpgid(0, 0) < 0) stage_fail("init", "process group");
  // After a change of ids the kernel hides the process even from a supervisor of the same user; until the exec there
  // is nothing of the cell's in it.
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0) stage_fail("exec", plan->program);
  if (chdir(plan->directory) < 0) stage_fail("directory", plan->directory);
  set_limits(plan);
  pinned_file_check(plan);
  landlock_restrict(plan);
  if (keeper >= 0) {
    path_keeper_start(plan, KEEPER_FD);
    close(KEEPER_FD);
  }
  listener_install(plan, CHANNEL_FD);
  execve(plan->program, plan->arguments, plan->environment);
  stage_fail("exec", plan->program);
}
