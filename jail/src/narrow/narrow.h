// SPDX-License-Identifier: Apache-2.0
// Takes away from a cell that runs, at its host's word. There is no word that gives anything back.
//
// The host sends lines of steps, then `done ID REQUEST`; docs/plan.md has them. One narrowing is under way at a time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "plan.h"

enum narrow_verb { NARROW_HIDE, NARROW_READ_ONLY, NARROW_NO_EXEC };

struct narrow_step {
  enum narrow_verb verb;
  const char *path;
};

struct narrow_text {
  struct narrow_text *next;
  char text[];
};

// What one `done` carries out.
struct narrowing {
  struct narrow_step *steps;
  size_t count, room;
  const char **kept; // paths that stay as they are inside what is hidden or may no longer be executed
  size_t kept_count, kept_room;
  struct plan rules; // the broker's alone
  size_t net_room, name_room, unix_room;
  bool network;      // its rules for addresses and names take the place of those that are there
  const char *environment; // the variable that is given up, or a pattern; NULL: none
  bool exec, map;    // end what was granted after the runtime is ready
  struct narrow_text *texts; // what the steps point to
  bool broken;       // a line of it was none: nothing of it is carried out
};

struct narrow {
  struct plan *plan;
  struct narrowing next;
  size_t steps_done;       // in the cell's life
  struct narrow_text *texts; // what the plan's rules point to
  size_t rules_ever;
  pid_t helper;            // 0: none is at work
  pid_t keeper;            // of paths (path_keeper.h); 0: there is none
  int result;              // its end, for the event loop; -1: none
  unsigned id, request;    // of what it is at work on
};

enum narrow_limits { NARROW_MAX_LINE = 16384, NARROW_MAX_STEPS = 8192, NARROW_MAX_EVER = 65536 };

// How one has ended, if it has.
struct narrow_outcome {
  bool ended;
  unsigned id, request;
  int cause; // 0: done
  char path[256];
};

// Takes one line, without `narrow `. `program` is a pidfd of the program, `pid` its number. When a helper is at work afterwards,
// `narrow->result` is to be watched.
void narrow_line(struct narrow *narrow, char *line, int program, pid_t pid, struct narrow_outcome *outcome);

// The helper has written, or died. `init` is the process above all of the cell's.
void narrow_result(struct narrow *narrow, pid_t program, pid_t init, struct narrow_outcome *outcome);

// Notes which process the keeper is, while there is nobody else below `init` but the program.
void narrow_know_keeper(struct narrow *narrow, pid_t program, pid_t init);

// Wipes what matches NAME, PREFIX* or * out of the strings that the program was executed with. False if it cannot.
bool narrow_environment(pid_t program, const char *pattern);

// Frees what it holds. The plan's rules may point there: at the end of all.
void narrow_close(struct narrow *narrow);

// The helper's work (narrow_mounts.c): enters the mount namespace of `program` and carries the steps out. False with
// errno, and the path in `failed`.
bool narrow_mounts(const struct plan *plan, const struct narrowing *narrowing, int program, const char **failed);

// Whether a process below `init` works in a directory that is covered now where it stands (narrow_cwd.c): what is
// relative to it would still be what was there before.
bool narrow_left_inside(const struct narrow *narrow, pid_t program, pid_t init);
