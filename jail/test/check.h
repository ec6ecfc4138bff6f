// SPDX-License-Identifier: Apache-2.0
// Tests are sentences; each holds what it EXPECTs until the next one begins.
#pragma once

#include <stdbool.h>
#include <stdio.h>

static struct {
  const char *sentence;
  bool holds;
  int passed, failed;
} check;

static void check_end(void) {
  if (!check.sentence) return;
  if (check.holds) check.passed++;
  else check.failed++;
  printf("%s %s\n", check.holds ? "ok  " : "FAIL", check.sentence);
  fflush(stdout); // a crash must not swallow what was found before it
  check.sentence = NULL;
}

static void test(const char *sentence) {
  check_end();
  check.sentence = sentence;
  check.holds = true;
}

static void expect(bool holds, const char *what, int line) {
  if (holds) return;
  check.holds = false;
  printf("     line %d: expected %s\n", line, what);
}
#define EXPECT(condition) expect(condition, #condition, __LINE__)

// The closing line, and the program's exit code.
static int tests_done(const char *name) {
  check_end();
  printf("%s: %d passed, %d failed\n", name, check.passed, check.failed);
  return check.failed || !check.passed;
}
