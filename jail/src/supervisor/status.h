// SPDX-License-Identifier: Apache-2.0
// Status lines: one JSON object a line, for the host. Strings that come from the cell are bounded and escaped.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Lines are written without blocking to `fd`: a host that does not read must not stop the supervisor.
bool status_use(int fd);

// What has been said so far.
enum status_told { STATUS_FAILED = 1, STATUS_LIMIT = 2, STATUS_DENIED = 4, STATUS_DROP = 8 };
bool status_has_told(unsigned any_of);

// Whether lines wait because nobody reads.
bool status_is_waiting(void);

void status_started(int pid);
void status_ready(void);
void status_listening(unsigned port);
void status_denied(const char *scope, const char *resource, const char *by);
// The same, of an address that a name led to.
void status_denied_name(const char *scope, const char *resource, const char *name, const char *by);
// For `cordon learn`. Waits for the reader: a use that is lost makes a policy that is too small.
void status_used(const char *use, const char *kind, const char *resource, const char *real, const char *by);
// One use that a program of a walled cell reports: rationed, as its refusals are.
void status_audited(const char *use, const char *resource);
// The program wants to give something up: both words are the cell's, and must be what JSON takes as it is. False where
// the host cannot be told now.
bool status_drop(unsigned request, const char *scope, const char *reference);
// What the host wanted taken away is, or why not.
void status_narrowed(unsigned id, int cause, const char *resource);
// Counted so far, of a destination; of all, which ends the answer to question `id`: of so many connections the bytes are
// not known, or not all of them.
struct traffic;
void status_traffic(unsigned id, const char *resource, const struct traffic *traffic);
void status_counted(unsigned id, const struct traffic *sum, uint64_t unmetered);
// A limit was met. It `ended` the cell, `refused` what went beyond it, or `slowed` it down; `by` is what holds it. Value
// and peak are in the limit's own unit: bytes, milliseconds, a number. Of one limit there is a line a second at most,
// but for the one that ends the cell; `count` says how often it was met so far.
struct met_limit {
  const char *limit, *effect, *by;
  uint64_t value, peak, count;
  bool in_thousandths; // value and peak
};
void status_limit(const struct met_limit *met);
// What is used of that which no cgroup counts: descriptors of the process that has the most, bytes and files of the
// private /tmp, bytes of output that were passed on, open connections; the last two where a limit has them counted.
struct rates {
  uint64_t open_files, scratch, scratch_files, output, connections;
};
void status_rates(unsigned id, const struct rates *rates);
// A line of the stack (empty: there is no more of it) that the program was asked for before a limit ends it. Of the first few, and no more of each than
// a reader of lines takes.
void status_frame(const char *text);
// What the cell uses: an answer to question `id`; at its end, what it has used, with 0.
struct usage;
void status_usage(unsigned id, const struct usage *usage);
// The answer to command `id`: whether the cell is frozen now, and what kept it from becoming what was asked for.
void status_frozen(unsigned id, bool is_frozen, int cause);
// `cause`: what ended it, where the number does not say it: `heap`, `host-memory`; NULL: nothing else.
void status_exited(int wait_status, const char *cause);
void status_failed(const char *step, int cause, const char *resource);

// Writes what is still waiting, for at most `milliseconds`.
void status_drain(int milliseconds);

// The end of it: a reader sees it now.
void status_close(void);
