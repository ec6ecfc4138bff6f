// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errno_name.h"
#include "traffic.h"
#include "fd.h"
#include "monotonic.h"
#include "usage.h"

// What the pipe does not take at once waits here. A cell that makes refusals faster than the host reads them loses
// lines of `denied`, never one of the others: those are few, and the reserve is theirs.
enum { BUFFER = 1 << 16, RESERVE = 1 << 12, RESOURCE = 512, LONGEST_USE = 5000, LONGEST_FRAME = 1500, MOST_FRAMES = 16 };

static int out = -1;
static char waiting[BUFFER];
static size_t waiting_length;
static unsigned said; // enum status_told
static uint64_t lost; // refusals that were not written

// What a cell can cause to be reported is rationed: a program in a loop of refused calls must not become work for
// whoever reads the reports. A cell's start makes a few dozen, so that many may come at once.
enum { BURST = 64, PER_SECOND = 32, AUDIT_BURST = 256, AUDIT_PER_SECOND = 64 };
struct ration {
  uint64_t left_ms; // a report costs 1000 / PER_SECOND milliseconds of quiet
  uint64_t seen_ms;
};
static struct ration denials, told, audited, listeners, drops; // `told`: by the program itself, which must not use up what the kernel found

static bool ration_take_of(struct ration *ration, uint64_t burst, uint64_t per_second) {
  const uint64_t cost = 1000 / per_second, full = burst * cost, now = clock_ms();
  uint64_t quiet = ration->seen_ms ? now - ration->seen_ms : full;
  ration->seen_ms = now;
  ration->left_ms = quiet >= full - ration->left_ms ? full : ration->left_ms + quiet;
  if (ration->left_ms < cost) return false;
  ration->left_ms -= cost;
  return true;
}

static bool ration_take(struct ration *ration) { return ration_take_of(ration, BURST, PER_SECOND); }

bool status_use(int fd) {
  out = fd;
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

bool status_has_told(unsigned any_of) { return said & any_of; }

bool status_is_waiting(void) { return waiting_length > 0; }

static void flush(void) {
  while (waiting_length) {
    ssize_t wrote = write(out, waiting, waiting_length);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno != EAGAIN) waiting_length = 0; // the host is gone; the control descriptor tells us
    if (wrote <= 0) return;
    waiting_length -= (size_t)wrote;
    memmove(waiting, waiting + wrote, waiting_length);
  }
}

__attribute__((format(printf, 2, 3))) static bool line(size_t room, const char *format, ...) {
  flush();
  va_list arguments;
  va_start(arguments, format);
  size_t free_bytes = BUFFER - waiting_length;
  int length = free_bytes > room ? vsnprintf(waiting + waiting_length, free_bytes - room, format, arguments) : -1;
  va_end(arguments);
  if (length < 0 || (size_t)length >= free_bytes - room) {
    lost++;
    return false;
  }
  waiting_length += (size_t)length;
  flush();
  return true;
}

// JSON string contents: printable ASCII as it is, everything else as \u00XX, so that no byte of a cell reaches a
// terminal or splits a line.
static const char *escape(const char *text, char *escaped, size_t size) {
  size_t at = 0;
  for (const unsigned char *c = (const unsigned char *)text; *c && at + 7 < size; c++) {
    if (*c == '"' || *c == '\\') escaped[at++] = '\\', escaped[at++] = (char)*c;
    else if (*c >= ' ' && *c < 0x7f) escaped[at++] = (char)*c;
    else at += (size_t)snprintf(escaped + at, 7, "\\u%04x", *c);
  }
  escaped[at] = '\0';
  return escaped;
}

void status_started(int pid) { line(0, "{\"event\":\"started\",\"pid\":%d}\n", pid); }

void status_ready(void) { line(0, "{\"event\":\"ready\"}\n"); }

void status_listening(unsigned port) {
  if (ration_take(&listeners)) line(RESERVE, "{\"event\":\"listening\",\"port\":%u}\n", port);
}

void status_denied(const char *scope, const char *resource, const char *by) {
  said |= STATUS_DENIED;
  char escaped[RESOURCE * 6];
  if (!ration_take(strcmp(by, "runtime") == 0 ? &told : &denials)) {
    lost++;
    return;
  }
  line(RESERVE, "{\"event\":\"denied\",\"scope\":\"%s\",\"resource\":\"%s\",\"by\":\"%s\"}\n", scope,
       escape(resource, escaped, sizeof escaped), by);
}

void status_denied_name(const char *scope, const char *resource, const char *name, const char *by) {
  said |= STATUS_DENIED;
  char escaped[RESOURCE * 6], escaped_name[RESOURCE * 6];
  if (!ration_take(&denials)) {
    lost++;
    return;
  }
  line(RESERVE, "{\"event\":\"denied\",\"scope\":\"%s\",\"resource\":\"%s\",\"by\":\"%s\",\"name\":\"%s\"}\n", scope,
       escape(resource, escaped, sizeof escaped), by, escape(name, escaped_name, sizeof escaped_name));
}

static void write_use(const char *use, const char *kind, const char *resource, const char *real, const char *by) {
  // More than a reader of lines takes (16 KiB), with every byte escaped, is no path that a policy can name.
  static char texts[3][LONGEST_USE];
  const char *given[3] = {resource, strcmp(real, resource) == 0 ? "" : real, by};
  for (size_t i = 0; i < 3; i++) {
    escape(given[i], texts[i], sizeof texts[i]);
    if (strlen(texts[i]) + 7 < sizeof texts[i]) continue;
    lost++;
    return;
  }
  line(RESERVE, "{\"event\":\"used\",\"use\":\"%s\",\"kind\":\"%s\",\"resource\":\"%s\",\"real\":\"%s\",\"by\":\"%s\"}\n", use, kind,
       texts[0], texts[1], texts[2]);
}

void status_used(const char *use, const char *kind, const char *resource, const char *real, const char *by) {
  flush();
  for (int tries = 0; waiting_length > BUFFER / 2 && tries < 10; tries++) status_drain(1000);
  write_use(use, kind, resource, real, by);
}

void status_audited(const char *use, const char *resource) {
  if (ration_take_of(&audited, AUDIT_BURST, AUDIT_PER_SECOND)) write_use(use, "runtime", resource, "", "");
  else lost++;
}

bool status_drop(unsigned request, const char *scope, const char *reference) {
  said |= STATUS_DROP;
  if (!ration_take(&drops)) return false;
  return line(RESERVE, "{\"event\":\"drop\",\"request\":%u,\"scope\":\"%s\",\"reference\":\"%s\"}\n", request, scope, reference);
}

void status_narrowed(unsigned id, int cause, const char *resource) {
  char escaped[RESOURCE * 6];
  line(0, "{\"event\":\"narrowed\",\"id\":%u,\"errno\":\"%s\",\"resource\":\"%s\"}\n", id, cause ? errno_name(cause) : "",
       escape(resource, escaped, sizeof escaped));
}

static const char *numbers(const struct traffic *traffic, char text[192]) {
  snprintf(text, 192, "\"connections\":%llu,\"refusals\":%llu,\"sent\":%llu,\"received\":%llu", (unsigned long long)traffic->connections,
           (unsigned long long)traffic->refusals, (unsigned long long)traffic->bytes.sent, (unsigned long long)traffic->bytes.received);
  return text;
}

void status_traffic(unsigned id, const char *resource, const struct traffic *traffic) {
  char escaped[RESOURCE * 6], counted[192];
  line(RESERVE, "{\"event\":\"traffic\",\"id\":%u,\"resource\":\"%s\",%s}\n", id, escape(resource, escaped, sizeof escaped), numbers(traffic, counted));
}

void status_counted(unsigned id, const struct traffic *sum, uint64_t unmetered) {
  char counted[192];
  line(0, "{\"event\":\"counted\",\"id\":%u,%s,\"unmetered\":%llu}\n", id, numbers(sum, counted), (unsigned long long)unmetered);
}

// A cell can meet a limit as often as it likes.
static bool limit_is_due(const char *limit) {
  static struct {
    const char *limit;
    uint64_t next_ms;
  } met[16];
  const uint64_t now = clock_ms();
  for (size_t i = 0; i < sizeof met / sizeof *met; i++) {
    if (met[i].limit && strcmp(met[i].limit, limit) != 0) continue;
    if (met[i].limit && now < met[i].next_ms) return false;
    met[i].limit = limit, met[i].next_ms = now + 1000;
    return true;
  }
  return false;
}

void status_limit(const struct met_limit *met) {
  bool ended = strcmp(met->effect, "ended") == 0;
  said |= ended ? STATUS_LIMIT : STATUS_DENIED;
  if (!ended && !limit_is_due(met->limit)) return;
  char numbers[2][32];
  const uint64_t amounts[2] = {met->value, met->peak};
  for (size_t i = 0; i < 2; i++) {
    if (met->in_thousandths) snprintf(numbers[i], sizeof numbers[i], "%llu.%03u", (unsigned long long)(amounts[i] / 1000), (unsigned)(amounts[i] % 1000));
    else snprintf(numbers[i], sizeof numbers[i], "%llu", (unsigned long long)amounts[i]);
  }
  line(ended ? 0 : RESERVE, "{\"event\":\"limit\",\"limit\":\"%s\",\"effect\":\"%s\",\"by\":\"%s\",\"value\":%s,\"peak\":%s,\"count\":%llu}\n", met->limit,
       met->effect, met->by, numbers[0], numbers[1], (unsigned long long)met->count);
}

void status_rates(unsigned id, const struct rates *rates) {
  line(0, "{\"event\":\"rates\",\"id\":%u,\"openFiles\":%llu,\"scratch\":%llu,\"scratchFiles\":%llu,\"output\":%llu,\"connections\":%llu}\n", id,
       (unsigned long long)rates->open_files, (unsigned long long)rates->scratch, (unsigned long long)rates->scratch_files, (unsigned long long)rates->output,
       (unsigned long long)rates->connections);
}

void status_frame(const char *text) {
  static char cut[LONGEST_FRAME + 1], escaped[LONGEST_FRAME * 6 + 7];
  static unsigned told_frames;
  if (told_frames++ >= MOST_FRAMES) return;
  snprintf(cut, sizeof cut, "%s", text);
  line(RESERVE, "{\"event\":\"frame\",\"text\":\"%s\"}\n", escape(cut, escaped, sizeof escaped));
}

void status_usage(unsigned id, const struct usage *usage) {
  const uint64_t numbers[] = {usage->memory, usage->memory_peak, usage->swap, usage->swap_peak, usage->processes, usage->processes_peak,
                              usage->cpu_us, usage->user_us, usage->system_us, usage->throttled_us};
  static const char *const names[] = {"memory", "peakMemory", "swap", "peakSwap", "processes", "peakProcesses", "cpu", "user", "system", "throttled"};
  char text[512];
  size_t length = 0;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    length += (size_t)snprintf(text + length, sizeof text - length, ",\"%s\":%llu", names[i], (unsigned long long)numbers[i]);
  line(0, "{\"event\":\"usage\",\"id\":%u%s}\n", id, text);
}

void status_frozen(unsigned id, bool is_frozen, int cause) {
  line(0, "{\"event\":\"frozen\",\"id\":%u,\"frozen\":%s,\"errno\":\"%s\"}\n", id, is_frozen ? "true" : "false", cause ? errno_name(cause) : "");
}

void status_exited(int wait_status, const char *cause) {
  const char *key = WIFSIGNALED(wait_status) ? "signal" : "code";
  int value = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
  line(0, "{\"event\":\"exited\",\"%s\":%d,\"cause\":\"%s\",\"lost\":%llu}\n", key, value, cause ? cause : "", (unsigned long long)lost);
}

void status_failed(const char *step, int cause, const char *resource) {
  said |= STATUS_FAILED;
  char escaped[RESOURCE * 6];
  line(0, "{\"event\":\"failed\",\"step\":\"%s\",\"errno\":\"%s\",\"resource\":\"%s\"}\n", step, errno_name(cause), escape(resource, escaped, sizeof escaped));
}

void status_drain(int milliseconds) {
  const uint64_t end = clock_ms() + (uint64_t)milliseconds;
  flush();
  while (waiting_length) {
    struct pollfd writable = {.fd = out, .events = POLLOUT};
    uint64_t now = clock_ms();
    if (now >= end || poll(&writable, 1, (int)(end - now)) <= 0) return;
    flush();
  }
}

void status_close(void) { fd_close(&out); }
