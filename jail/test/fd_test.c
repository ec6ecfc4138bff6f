// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "check.h"
#include "fd.h"

static bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

// In a process of its own: the test needs its descriptors.
static bool keeps(const int *kept, size_t count, const int *opened, size_t opened_count) {
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) {
    for (size_t i = 0; i < opened_count; i++)
      if (dup2(1, opened[i]) < 0) _exit(2);
    EXPECT(fd_close_others(kept, count));
    for (int fd = 0; fd < 1024; fd++) {
      bool should = fd < 3;
      for (size_t i = 0; i < count; i++)
        if (kept[i] == fd) should = true;
      if (should != is_open(fd)) _exit(1);
    }
    _exit(0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status == 0;
}

int main(void) {
  static const int opened[] = {3, 4, 5, 6, 7, 40, 41, 900, 1023};
  const size_t count = sizeof opened / sizeof *opened;
  test("every descriptor above 2 is closed but those that are named, in any order");
  EXPECT(keeps(NULL, 0, opened, count));
  EXPECT(keeps((const int[]){5}, 1, opened, count));
  EXPECT(keeps((const int[]){3}, 1, opened, count));
  EXPECT(keeps((const int[]){900, 3, 41}, 3, opened, count));
  EXPECT(keeps((const int[]){5, 4, 3, 1023}, 4, opened, count));

  test("a negative number, a standard stream and a number named twice change nothing");
  EXPECT(keeps((const int[]){-1, 7, 0, 7, -1}, 5, opened, count));

  test("a descriptor closes itself at the end of its scope, unless it was taken");
  int there = -1, taken = -1;
  {
    AUTO_FD fd = dup(1);
    AUTO_FD other = dup(1);
    there = fd;
    taken = fd_take(&other);
  }
  EXPECT(there >= 0 && !is_open(there) && is_open(taken));
  fd_close(&taken);
  EXPECT(taken == -1);
  return tests_done("fd");
}
