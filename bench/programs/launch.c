// SPDX-License-Identifier: Apache-2.0
// launch ROUNDS [-- PLAN COMMAND ARGUMENT…]…: starts each command in turn and says, a line each, how long it took to the
// first instruction of the program that it leads to (first.c), to its own end, and how much CPU time it and its children
// needed: `CONTENDER MICROSECONDS MICROSECONDS MICROSECONDS`. A PLAN is opened as descriptor 3; `-` is none. In C,
// because starting a process from Node takes as long as what is measured.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 8 };

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double since(struct timespec from, struct timespec to) {
  return (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
}

static double microseconds(struct timeval time) { return (double)time.tv_sec * 1e6 + (double)time.tv_usec; }

static void start(int contender, char **words) {
  int ends[2], status;
  struct timespec began, first, ended;
  struct rusage used;
  if (pipe2(ends, O_CLOEXEC) < 0) fail("pipe");
  clock_gettime(CLOCK_REALTIME, &began);
  pid_t child = vfork();
  if (child == 0) {
    int plan = strcmp(words[0], "-") ? open(words[0], O_RDONLY) : -1, null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(ends[1], 1);
    if (plan >= 0 && (dup2(plan, 3) < 0 || dup2(null, 4) < 0)) _exit(126);
    execv(words[1], words + 1);
    _exit(127);
  }
  if (child < 0) fail("fork");
  close(ends[1]);
  if (read(ends[0], &first, sizeof first) != (ssize_t)sizeof first) fprintf(stderr, "%s: no program said anything\n", words[1]), exit(1);
  if (wait4(child, &status, 0, &used) < 0) fail("wait");
  clock_gettime(CLOCK_REALTIME, &ended);
  close(ends[0]);
  if (status) fprintf(stderr, "%s: ended with %d\n", words[1], status), exit(1);
  printf("%d %.0f %.0f %.0f\n", contender, since(began, first), since(began, ended), microseconds(used.ru_utime) + microseconds(used.ru_stime));
}

int main(int count, char **words) {
  char **contenders[MOST];
  int contender_count = 0;
  if (count < 2) return 2;
  for (int i = 2; i < count; i++) {
    if (strcmp(words[i], "--")) continue;
    words[i] = NULL;
    if (contender_count < MOST && i + 2 < count) contenders[contender_count++] = words + i + 1;
  }
  // Who begins changes from round to round; the first one, in which caches fill, does not count.
  for (int round = 0, rounds = atoi(words[1]); round <= rounds; round++) {
    for (int turn = 0; turn < contender_count; turn++) {
      int which = (round + turn) % contender_count;
      start(round ? which : -1, contenders[which]);
    }
  }
  return 0;
}
