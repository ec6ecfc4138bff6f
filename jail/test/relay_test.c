// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "monotonic.h"
#include "relay.h"

// What a process with a relay of this rate has written, both streams behind each other's back, to one reader.
struct run {
  size_t read;
  uint64_t took_ms;
  struct met_limit met;
  uint64_t bytes;
  int code;
};

// `count` bytes to 1 and to 2 each. The outcome comes by a pipe of its own; what was read, by the reader's count.
static struct run run(uint64_t rate, size_t count, bool reads) {
  int out[2], told[2];
  struct run result = {0};
  if (pipe(out) < 0 || pipe(told) < 0) abort();
  const uint64_t start = clock_ms();
  pid_t child = fork();
  if (child == 0) {
    struct relay relay;
    static char text[70000];
    signal(SIGPIPE, SIG_IGN);
    close(out[0]), close(told[0]);
    if (dup2(out[1], 1) < 0 || dup2(out[1], 2) < 0) abort();
    close(out[1]);
    memset(text, 'x', sizeof text);
    if (!relay_start(&relay, rate)) abort();
    int code = 0;
    for (int fd = 1; fd < 3; fd++)
      for (size_t left = count; left;) {
        ssize_t wrote = write(fd, text, left < sizeof text ? left : sizeof text);
        if (wrote < 0) {
          code = errno;
          break;
        }
        left -= (size_t)wrote;
      }
    close(1), close(2);
    relay_finish(&relay);
    struct run outcome = {.bytes = relay_bytes(&relay)};
    if (rate) relay_met(&relay, &outcome.met);
    if (write(told[1], &outcome, sizeof outcome) != (ssize_t)sizeof outcome) abort();
    _exit(code);
  }
  close(out[1]), close(told[1]);
  if (!reads) close(out[0]);
  static char text[65536];
  for (ssize_t got; reads && (got = read(out[0], text, sizeof text)) > 0;) result.read += (size_t)got;
  size_t had = result.read;
  if (read(told[0], &result, sizeof result) != (ssize_t)sizeof result) abort();
  result.read = had;
  result.took_ms = clock_ms() - start;
  int status;
  if (waitpid(child, &status, 0) != child) abort();
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (reads) close(out[0]);
  close(told[0]);
  return result;
}

int main(void) {
  test("without a rate there is no relay");
  struct run plain = run(0, 1000, true);
  EXPECT(plain.read == 2000 && plain.bytes == 0 && plain.code == 0);

  test("what is within the rate passes whole, and nobody is held back");
  struct run within = run(1 << 20, 5000, true);
  EXPECT(within.read == 10000 && within.bytes == 10000 && within.met.count == 0 && within.code == 0);

  test("what is above it waits, and passes whole");
  // A second's worth at once; what is in the two pipes at the end goes out at once as well.
  struct run above = run(100000, 200000, true);
  EXPECT(above.read == 400000 && above.bytes == 400000 && above.code == 0);
  EXPECT(above.took_ms >= 1000 && above.took_ms < 10000);
  EXPECT(above.met.count > 0 && above.met.value == 100000 && above.met.peak > 100000 && strcmp(above.met.effect, "slowed") == 0);

  test("a reader that goes away is told to the program, and the relay ends");
  struct run gone = run(100000, 200000, false);
  EXPECT(gone.code == EPIPE && gone.took_ms < 5000);
  return tests_done("relay");
}
