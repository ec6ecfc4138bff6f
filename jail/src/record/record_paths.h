// SPDX-License-Identifier: Apache-2.0
// Which arguments of which system calls name files, and what for.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum record_use {
  RECORD_LOOK,    // is it there, and what is it
  RECORD_OPEN,    // as the flags say: look, read, write or both
  RECORD_READ,
  RECORD_WRITE,   // its contents or its metadata
  RECORD_MAKE,    // an entry of its directory is made, or replaced
  RECORD_REMOVE,  // an entry of its directory is taken away
  RECORD_MOVE,    // likewise, to be put elsewhere
  RECORD_EXECUTE,
};

struct record_row {
  int nr;
  enum record_use use;
  signed char directory; // argument with the directory's descriptor; -1: the working directory
  signed char path;      // argument with the path
  signed char flags;     // RECORD_OPEN: argument with the flags
  bool follows;          // a link at the end is followed
};

// The table; a call that names two paths has two rows.
const struct record_row *record_rows(size_t *count);
