// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"

struct attendant;

struct supervisor_fds {
  int status;  // status lines go out here; -1: an attendant reads them
  int control; // command lines come in here; its end ends the cell. -1: none
  int channel; // connected sockets go out here (Node's IPC protocol). -1: none
};

// Starts the cell, answers what its filter hands over, watches its limits and waits for its end.
// Returns the exit code for the jail: the program's own, 128+n for a signal, 125 to 127 if it never ran.
// `attendant` says who tells of it, if not the host.
int supervisor_run(struct plan *plan, struct supervisor_fds fds, struct attendant *attendant);
