// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "pinned_file.h"

static struct pinned_file pins[1];
static struct plan plan = {.pins = pins, .pin_count = 1};

static uint64_t nanoseconds(struct timespec time) { return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec; }

static void pin(const char *path) {
  struct stat now;
  if (stat(path, &now) < 0) abort();
  pins[0] = (struct pinned_file){path, now.st_dev, now.st_ino, (uint64_t)now.st_size, nanoseconds(now.st_mtim), nanoseconds(now.st_ctim)};
}

static bool holds(const char *path) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  bool is = pinned_file_holds(&plan, path, fd);
  if (fd >= 0) close(fd);
  return is;
}

static void write_to(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, text, 1) != 1) abort();
  close(fd);
}

int main(void) {
  char directory[] = "/tmp/cordon-pin-XXXXXX";
  if (!mkdtemp(directory) || chdir(directory) < 0) abort();
  write_to("file", "a");
  write_to("other", "b");
  pin("file");
  test("a pinned file that nobody has touched is itself, and what is not pinned is anything");
  EXPECT(holds("file") && holds("other"));

  test("another file in its place is not, though it be as long and as old");
  struct stat old;
  if (stat("file", &old) < 0 || rename("file", "kept") < 0) abort();
  write_to("file", "c");
  if (utimensat(AT_FDCWD, "file", (struct timespec[]){old.st_atim, old.st_mtim}, 0) < 0) abort();
  errno = 0;
  EXPECT(!holds("file") && errno == ESTALE);
  EXPECT(unlink("file") == 0 && !holds("file"));

  test("the same file written to is not, whatever time its writer sets");
  EXPECT(rename("kept", "file") == 0);
  pin("file");
  EXPECT(holds("file"));
  // The kernel marks the change by a clock of some milliseconds; whoever pins waits for its next tick.
  for (struct timespec now = {0}; nanoseconds(now) <= pins[0].changed;) clock_gettime(CLOCK_REALTIME_COARSE, &now);
  write_to("file", "d");
  if (utimensat(AT_FDCWD, "file", (struct timespec[]){old.st_atim, old.st_mtim}, 0) < 0) abort();
  EXPECT(!holds("file"));

  test("no directory is a pinned file");
  if (mkdir("place", 0700) < 0) abort();
  pin("place");
  EXPECT(!holds("place"));
  unlink("file"), unlink("other"), rmdir("place");
  if (chdir("/") < 0) abort();
  rmdir(directory);
  return tests_done("pinned_file");
}
