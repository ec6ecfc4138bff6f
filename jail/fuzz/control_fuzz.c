// SPDX-License-Identifier: Apache-2.0
// The fuzz target: whatever lines come as commands, a running cell is only ever narrowed. What narrows files is read, and
// refused where it would be done: there is no cell.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "fuzz.h"
#include "narrow.h"
#include "status.h"
#include "traffic.h"
#include "words.h"

unsigned long fuzz_accepted;
const char fuzz_name[] = "control_fuzz";

static const char text[] = "cordon-plan 1\nidentity 1 1 1 1\nlandlock 1 1 1\nseccomp 00060000000500267fff000000000000\nconnect allow tcp 10.0.0.0/8 80-443\n"
                           "unix allow below /run/s host\nexec-after-ready allow\nmap-after-ready allow\ncwd /\nexec /a\narg a\nend\n";

struct run {
  struct narrow narrow;
  size_t lines, done;
  bool exec, map;
};

static size_t sockets_allowed(const struct plan *plan) {
  size_t count = 0;
  for (size_t i = 0; i < plan->unix_count; i++) count += plan->unix_rules[i].allow;
  return count;
}

static void take_line(void *self, char *line) {
  struct run *run = self;
  struct plan *plan = run->narrow.plan;
  struct narrow_outcome outcome = {0};
  run->lines++;
  fuzz_hold(strlen(line) < NARROW_MAX_LINE, "a line that is too long");
  if (strncmp(line, "narrow ", 7) != 0) {
    traffic_command(line);
    return;
  }
  narrow_line(&run->narrow, line + 7, -1, -1, &outcome);
  fuzz_hold(run->narrow.helper == 0, "a helper without a cell");
  fuzz_hold(run->narrow.next.count <= NARROW_MAX_STEPS && run->narrow.next.kept_count <= NARROW_MAX_STEPS, "too many steps");
  fuzz_hold(sockets_allowed(plan) == 1, "a socket that was allowed");
  fuzz_hold(run->exec || !plan->exec_after_ready, "execve that was given back");
  fuzz_hold(run->map || !plan->map_after_ready, "mapping that was given back");
  run->exec = plan->exec_after_ready, run->map = plan->map_after_ready;
  if (!outcome.ended) return;
  run->done++;
  fuzz_hold(strlen(outcome.path) < sizeof outcome.path && run->narrow.next.count == 0 && !run->narrow.next.steps, "a narrowing that was not forgotten");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  static int status = -1;
  char error[128];
  int ends[2];
  struct run run = {.narrow = {.plan = plan_parse(text, sizeof text - 1, error, sizeof error), .result = -1}, .exec = true, .map = true};
  fuzz_hold(run.narrow.plan && pipe2(ends, O_NONBLOCK) == 0, "the plan itself, and a pipe");
  if (status < 0) status_use(status = open("/dev/null", O_WRONLY | O_CLOEXEC));
  for (size_t at = 0; at < size; at += 4096) {
    size_t length = size - at < 4096 ? size - at : 4096;
    fuzz_hold(write(ends[1], data + at, length) == (ssize_t)length && control_read(ends[0], take_line, &run), "a pipe that ended");
  }
  // The last line ends in any case, or it would be a part of the next input.
  fuzz_hold(write(ends[1], "\n", 1) == 1 && control_read(ends[0], take_line, &run), "a pipe that ended");
  close(ends[1]);
  fuzz_hold(!control_read(ends[0], take_line, &run), "an end that was not seen");
  close(ends[0]);
  fuzz_accepted += run.done > 0;
  // Rules that stand now may point to what the narrowing holds.
  for (size_t i = 0; i < run.narrow.plan->name_count; i++) fuzz_hold(strlen(run.narrow.plan->names[i].name) < 256, "a name that is none");
  plan_free(run.narrow.plan);
  narrow_close(&run.narrow);
  return 0;
}
