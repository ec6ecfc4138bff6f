// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "descendants.h"

enum { CHILDREN = 8, MEGABYTE = 1 << 20 };

static int ready[2];

static void wait_for_ready(void) {
  char byte;
  if (read(ready[0], &byte, 1) != 1) abort();
}

// A daemon: its parent is gone, it has a session of its own and ignores what can be ignored.
static void daemonize(pid_t *pids, int i) {
  if (fork() != 0) return;
  setsid();
  signal(SIGTERM, SIG_IGN);
  pids[i] = fork();
  if (pids[i] != 0) _exit(0);
  pids[i] = getpid();
  if (write(ready[1], "x", 1) != 1) abort();
  for (;;) pause();
}

static bool all_gone(const pid_t *pids) {
  for (int i = 0; i < CHILDREN; i++)
    if (pids[i] <= 0 || kill(pids[i], 0) == 0 || errno != ESRCH) return false;
  return true;
}

static uint64_t memory_of(pid_t root) {
  struct descendants found;
  descendants_count(root, &found, DESCENDANTS_MEMORY);
  return found.memory;
}

static void spin(uint64_t microseconds) {
  struct timespec now;
  do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  while ((uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 < microseconds);
}

static bool stopped(pid_t pid) {
  char path[64], state = '?';
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1) state = '?';
  fclose(file);
  return state == 'T';
}

int main(void) {
  pid_t *pids = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (pids == MAP_FAILED || pipe(ready) < 0) abort();
  test("this kernel lists the children of a process");
  EXPECT(descendants_listed());

  test("no descendant gets away, not by a double fork either");
  int status = -1;
  pid_t reaper = fork();
  if (reaper == 0) {
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    for (int i = 0; i < CHILDREN; i++) daemonize(pids, i);
    for (int i = 0; i < CHILDREN; i++) wait_for_ready();
    descendants_kill(NULL, 0);
    _exit(waitpid(-1, NULL, 0) < 0 && errno == ECHILD ? 0 : 1);
  }
  EXPECT(waitpid(reaper, &status, 0) == reaper && status == 0);
  EXPECT(all_gone(pids));

  test("the memory of descendants is counted, without what they share with files");
  uint64_t before, after;
  pid_t child = fork();
  if (child == 0) {
    char *memory = mmap(NULL, 64 * MEGABYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || write(ready[1], "x", 1) != 1 || raise(SIGSTOP) != 0) abort();
    memset(memory, 1, 64 * MEGABYTE);
    if (write(ready[1], "x", 1) != 1) abort();
    for (;;) pause();
  }
  wait_for_ready();
  EXPECT(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
  before = memory_of(getpid());
  kill(child, SIGCONT);
  wait_for_ready();
  after = memory_of(getpid());
  EXPECT(after >= before + 64 * MEGABYTE && after < before + 80 * MEGABYTE);
  kill(child, SIGKILL);
  EXPECT(waitpid(child, &status, 0) == child && memory_of(getpid()) == 0);

  test("the clocks of descendants are counted, with those of children that were waited for");
  struct descendants found;
  child = fork();
  if (child == 0) {
    pid_t grandchild = fork();
    if (grandchild == 0) spin(200000), _exit(0);
    if (waitpid(grandchild, NULL, 0) != grandchild || write(ready[1], "x", 1) != 1) abort();
    for (;;) pause();
  }
  wait_for_ready();
  descendants_count(child, &found, DESCENDANTS_TIMES | DESCENDANTS_MEMORY);
  EXPECT(found.user_us + found.system_us >= 150000 && found.user_us + found.system_us < 5000000 && found.threads == 1);

  test("descendants are stopped and go on, their parent does not notice");
  pid_t outer = fork();
  if (outer == 0) {
    pid_t spinner = fork();
    if (spinner == 0)
      for (;;) spin(UINT64_MAX);
    pids[0] = spinner;
    if (write(ready[1], "x", 1) != 1) abort();
    for (;;) pause();
  }
  wait_for_ready();
  for (int tries = 0; tries < 1000 && !descendants_stop(outer, true); tries++) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  EXPECT(stopped(pids[0]) && !stopped(outer));
  for (int tries = 0; tries < 1000 && !descendants_stop(outer, false); tries++) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  EXPECT(!stopped(pids[0]));
  kill(pids[0], SIGKILL), kill(outer, SIGKILL), kill(child, SIGKILL);
  EXPECT(waitpid(outer, &status, 0) == outer && waitpid(child, &status, 0) == child);
  return tests_done("descendants");
}
