// SPDX-License-Identifier: Apache-2.0
// What becomes of whoever asks, if the program is not what the plan takes it for. That a Node answers is tried with real
// ones (packages/cell/test/where.test.ts).
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "check.h"
#include "kernel.h"

static volatile unsigned turns;

static void spin(void) {
  for (;;) turns++;
}
static void wait_for_events(void) {
  int epoll = epoll_create1(0);
  struct epoll_event event;
  for (;;) epoll_wait(epoll, &event, 1, -1);
}

// Waits in a system call: it is in no other that takes long.
static void until_asleep(pid_t pid) {
  char path[32], state = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  while (state != 'S') {
    FILE *file = fopen(path, "re");
    if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1) abort();
    fclose(file);
  }
}

// Asks as the supervisor does: by a process that is killed when it takes too long.
static int ask(void (*program)(void), const struct plan_where *at, bool gone) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) program();
  int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
  if (program == wait_for_events) until_asleep(child);
  if (gone) kill(child, SIGKILL), waitpid(child, NULL, 0);
  pid_t helper = fork();
  if (helper == 0) {
    alarm(5);
    _exit((int)ask_where(at, child, pidfd));
  }
  if (waitpid(helper, &status, 0) != helper) abort();
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  close(pidfd);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(void) {
  signal(SIGSEGV, SIG_DFL); // of who is asked in vain; the sanitizer has a word to say otherwise
  // From wherever the executable is, that is no address of any process.
  const struct plan_where nowhere = {.entry = 1, .current = UINT64_C(1) << 62, .request = 2, .print = 3, .stream = 4};
  test("a program that is not what the plan takes it for is asked in vain, and whoever asks lives");
  EXPECT(ask(spin, &nowhere, false) == ASKED_IN_VAIN);

  test("one that waits for events is not at JavaScript, and left alone");
  EXPECT(ask(wait_for_events, &nowhere, false) == ASKED_IDLE);

  test("one that is gone is asked in vain: its number may be somebody else's");
  EXPECT(ask(spin, &nowhere, true) == ASKED_IN_VAIN);
  return tests_done("ask");
}
