// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "status.h"
#include "told_limit.h"
#include "words.h"

// Only a scope's own letters get as far as a status line.
static bool is_scope(const char *scope) {
  return *scope && strspn(scope, "abcdefghijklmnopqrstuvwxyz.") == strlen(scope) && strlen(scope) < 16;
}

// A word as a plan has them, of characters that JSON takes as they are.
static bool is_word(const char *word) {
  for (; *word; word++)
    if (*word <= ' ' || *word >= 0x7f || *word == '"' || *word == '\\') return false;
  return true;
}

static void tell(const struct broker *broker, unsigned request, const char *word) {
  char line[1024];
  int length = snprintf(line, sizeof line, "%u %s\n", request, word);
  if (broker->answer < 0 || length < 0 || (size_t)length >= sizeof line) return;
  if (write(broker->answer, line, (size_t)length) != length) return; // full, or nobody is left to read: its own loss
}

void report_answer(struct broker *broker, unsigned request, const char *word) {
  broker->is_asking = false;
  tell(broker, request, word);
}

static void report_denied(char *rest) {
  char *space = strchr(rest, ' ');
  if (!space) return;
  *space = '\0';
  space[1 + strnlen(space + 1, 511)] = '\0'; // what is longer is cut: a resource is shown, not used
  if (is_scope(rest)) status_denied(rest, space + 1, "runtime");
}

// Handed to the host, which knows the policy. One at a time, and rationed: a program that asks faster asks again.
static void report_drop(struct broker *broker, char *rest) {
  char *number = strsep(&rest, " "), *scope = strsep(&rest, " ");
  uint64_t request;
  if (!scope || !word_number(number, UINT32_MAX, &request) || !request) return;
  if (broker->line_cut || !is_scope(scope) || (rest && !is_word(rest))) tell(broker, (unsigned)request, "EINVAL");
  else if (broker->is_asking || !status_drop((unsigned)request, scope, rest ? rest : "")) tell(broker, (unsigned)request, "EAGAIN");
  else broker->is_asking = true;
}

// What the runtime was told to watch.
static void report_used(const struct broker *broker, char *rest) {
  char *scope = strsep(&rest, " ");
  if (!rest || !is_scope(scope)) return;
  if (broker->plan->record) status_used(scope, "runtime", rest, "", "");
  else status_audited(scope, rest);
}

static void take_line(struct broker *broker) {
  char *line = broker->line;
  if (strncmp(line, "denied ", 7) == 0) report_denied(line + 7);
  else if (strncmp(line, "used ", 5) == 0) report_used(broker, line + 5);
  else if (strncmp(line, "drop ", 5) == 0) report_drop(broker, line + 5);
  else if (strncmp(line, "limit ", 6) == 0) told_limit(broker->plan, line + 6);
  else if (broker->where == ASKED_WHERE && strcmp(line, ".") == 0) broker->where = TOLD_WHERE;
  else if (broker->where == ASKED_WHERE && *line) status_frame(line);
}

void report_read(struct broker *broker) {
  char text[1024];
  ssize_t got = broker->report < 0 ? -1 : read(broker->report, text, sizeof text);
  if (broker->report < 0 || (got < 0 && (errno == EINTR || errno == EAGAIN))) return;
  // Whatever was written or not: from here on the program is not ours any more.
  if (!broker->is_ready && got > 0) status_ready();
  broker->is_ready = true;
  if (got <= 0) {
    fd_close(&broker->report);
    return;
  }
  for (ssize_t i = 0; i < got; i++) {
    if (text[i] != '\n') {
      if (broker->line_length < sizeof broker->line - 1) broker->line[broker->line_length++] = text[i];
      continue;
    }
    broker->line[broker->line_length] = '\0';
    broker->line_cut = broker->line_length == sizeof broker->line - 1;
    broker->line_length = 0;
    take_line(broker);
  }
}

void report_finish(struct broker *broker) {
  enum { PIPE_READS = 64 }; // of 1 KiB: as much as a pipe holds (pipe(7)); what still writes without an end is not heard
  for (int reads = 0; reads < PIPE_READS && broker->report >= 0; reads++) {
    struct pollfd readable = {.fd = broker->report, .events = POLLIN};
    if (poll(&readable, 1, 0) <= 0) return;
    report_read(broker);
  }
}
