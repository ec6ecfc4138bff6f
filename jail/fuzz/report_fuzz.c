// SPDX-License-Identifier: Apache-2.0
// The fuzz target: whatever a program writes on its report, each status line is one JSON object of printable characters
// that the host's reader takes, and nobody is answered who did not ask.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "report.h"
#include "status.h"

unsigned long fuzz_accepted;
const char fuzz_name[] = "report_fuzz";

enum { LONGEST_LINE = 16 * 1024 /* of the host's reader */ };

static void hold_line(const char *line, size_t length) {
  static const char *const events[] = {"ready", "denied", "used", "drop", "limit", "frame"};
  bool known = false, quoted = false;
  fuzz_hold(length <= LONGEST_LINE, "a line that is too long");
  for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
    char start[32];
    snprintf(start, sizeof start, "{\"event\":\"%s\"", events[i]);
    known |= strncmp(line, start, strlen(start)) == 0;
  }
  fuzz_hold(known, "an event that is none of the program's");
  for (size_t i = 0; i < length; i++) {
    fuzz_hold(line[i] >= ' ' && line[i] < 0x7f, "a byte of the program's as it was");
    if (line[i] == '"') quoted = !quoted;
    else if (quoted && line[i] == '\\') {
      i++;
      fuzz_hold(line[i] == '"' || line[i] == '\\' || (line[i] == 'u' && strncmp(line + i, "u00", 3) == 0), "an escape that is none");
    } else if (!quoted) {
      fuzz_hold(strchr("{}:,", line[i]) || (line[i] >= '0' && line[i] <= '9'), "something outside of the quotes");
      fuzz_hold(line[i] != '{' || i == 0, "an object within");
      fuzz_hold(line[i] != '}' || i == length - 1, "an object that ends before the line");
    }
  }
  fuzz_hold(!quoted && line[length - 1] == '}', "a line without an end");
}

static void hold_lines(int from, bool answers) {
  static char text[1 << 18];
  ssize_t got = 0;
  size_t length = 0;
  while (length < sizeof text - 1 && (got = read(from, text + length, sizeof text - 1 - length)) > 0) length += (size_t)got;
  text[length] = '\0';
  fuzz_hold(length == 0 || text[length - 1] == '\n', "half a line");
  for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
    *end = '\0';
    if (!answers) hold_line(line, (size_t)(end - line));
    else fuzz_hold(strtoul(line, NULL, 10) > 0 && (strstr(line, " EAGAIN") || strstr(line, " EINVAL")), "an answer that is none");
  }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  static struct root_step scratch = {.verb = ROOT_TMPFS, .target = "/tmp", .size = 4096, .inodes = 64};
  static struct plan recorded = {.record = true};
  static struct plan walled = {.root = &scratch, .root_count = 1, .rlimits = {{RLIMIT_NOFILE, {64, 64}}}, .rlimit_count = 1};
  static int status[2], answers[2];
  struct broker broker = {.plan = size && data[0] == 'r' ? &recorded : &walled, .report = -1};
  if (size && data[0] == 'a') broker.where = ASKED_WHERE;
  int report[2];
  if (!status[1]) {
    fuzz_hold(pipe2(status, O_NONBLOCK) == 0 && pipe2(answers, O_NONBLOCK) == 0, "a pipe");
    fcntl(status[0], F_SETPIPE_SZ, 1 << 18);
    status_use(status[1]);
  }
  fuzz_hold(pipe2(report, O_NONBLOCK) == 0, "a pipe");
  broker.report = report[0], broker.answer = answers[1];
  // In pieces, as they may come; the first two bytes say how.
  size_t step = size > 1 ? 1 + (size_t)data[1] * 8 : 1;
  for (size_t at = size < 2 ? size : 2; at < size; at += step) {
    size_t length = size - at < step ? size - at : step;
    fuzz_hold(write(report[1], data + at, length) == (ssize_t)length, "a write");
    for (size_t read = 0; read <= length; read += 1024) report_read(&broker);
    fuzz_hold(broker.is_ready && broker.line_length < sizeof broker.line, "a line past its end");
  }
  close(report[1]);
  report_read(&broker);
  fuzz_hold(broker.report < 0 && broker.is_ready, "a report that does not end");
  hold_lines(status[0], false);
  hold_lines(answers[0], true);
  fuzz_accepted += size > 2;
  return 0;
}
