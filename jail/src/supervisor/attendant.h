// SPDX-License-Identifier: Apache-2.0
// The attendant: a command that has become the supervisor (handover.h) is started once more when there is something
// that it must tell or decide, and reads the status lines from the first one on. Most runs end without it.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct attendant {
  char *const *command; // NULL: nobody attends, the host listens by itself
  int environment;      // handover.h
  bool tells_denials;   // also those of a program that ends well
  bool tells_exit;      // of every program that does not end with 0
  int status, output;   // the end that it reads, and what it writes to
  pid_t pid;            // 0: not there yet
};

// Where it will find what is said from now on; to be called while 2 is still what the command had. False with errno.
bool attendant_open(struct attendant *attendant);

// Starts it: its 2 is the command's, 3 is for status lines, 4 for commands. Returns the end that
// commands come out of; -1 with errno.
int attendant_start(struct attendant *attendant);

// Whether the end of the cell is worth its while.
bool attendant_is_needed(const struct attendant *attendant, int exit_code);

// Until it has told everything.
void attendant_wait(struct attendant *attendant);
