// SPDX-License-Identifier: Apache-2.0
// Holds a cell's output to so many bytes a second: the program writes into pipes, and a process beside the supervisor
// passes on what comes, as fast as it may. What is not read waits in the pipe, and when that is full the program waits:
// nothing is cut, and nothing gathers on the host.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "status.h"

struct relay {
  pid_t pid;            // 0: there is none
  int told;             // readable when a program was held back; -1: none
  uint64_t rate;
  struct relay_counts *counts; // shared with the relay
};

// Starts it where there is a rate, between this process's 1 and 2 and what they are to the cell from now on. False with
// errno. To be called before the cell is started.
bool relay_start(struct relay *relay, uint64_t bytes_per_second);

// `told` is readable: what the limit was met with.
void relay_met(struct relay *relay, struct met_limit *met);

// Bytes that were passed on so far.
uint64_t relay_bytes(const struct relay *relay);

// The cell is gone. Waits a moment for the rest to be passed on; a reader that takes longer is left to the relay, which
// ends by itself and has nothing else of ours.
void relay_finish(struct relay *relay);
