// SPDX-License-Identifier: Apache-2.0
// A process of the cell's that opens, makes and renames files on the program's behalf, where the plan forbids paths that
// need not exist. It has all the walls of the program but the filter, so what it cannot do the program could not; what it
// does, it does to what it has looked at: a path is read once, and followed once.
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "plan.h"

enum path_operation { PATH_OPEN, PATH_MKDIR, PATH_MKNOD, PATH_RENAME, PATH_LINK, PATH_SYMLINK, PATH_UNLINK, PATH_TRUNCATE };

// Relative paths start at the descriptors that come along, in this order, where there are any.
struct path_request {
  enum path_operation operation;
  int flags;
  mode_t mode, mask;
  int64_t size;
  bool based[2];
  char path[2][PATH_MAX]; // symlink: the text, the path
};

struct path_reply {
  int error;
  bool denied, reading; // `path` is what a rule forbids; `reading`: even to read
  char path[PATH_MAX];
};

// Starts the keeper as an orphan, so that it is no child of the program's, with `channel` to hear from the supervisor.
void path_keeper_start(const struct plan *plan, int channel);
