// SPDX-License-Identifier: Apache-2.0
// The three stages of a jail are three processes: the supervisor (outside), the init (pid 1 of the cell) and the
// program (before it executes Node). Init and program tell the supervisor what happened in messages of one size.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum message_kind {
  MESSAGE_FAILED,   // a step did not work: step, value = errno, resource
  MESSAGE_MAP,      // init: write my uid and gid maps
  MESSAGE_MAPPED,   // supervisor: done
  MESSAGE_LISTENER, // program: value = number of my seccomp listener, -1 if I have none
  MESSAGE_HANDED,   // the program's helper: here is its listener (SCM_RIGHTS)
  MESSAGE_TAKEN,    // supervisor: I have it, go on
  MESSAGE_EXITED,   // init: value = wait status of the program
  MESSAGE_NAMESERVER, // init: the cell's nameserver's socket of type `value` (SCM_RIGHTS)
  MESSAGE_SOCKET,   // supervisor: make a socket of family `value`; init: here it is (SCM_RIGHTS)
};

struct message {
  enum message_kind kind;
  int value;
  char step[32];
  char resource[256];
};

enum { EXIT_JAIL = 125, EXIT_CANNOT_EXECUTE = 126, EXIT_NOT_FOUND = 127 };

// The stage's own end of the channel to the supervisor. Set once, before the first step.
void stage_use(int channel);

// Sends one message; a supervisor that is gone ends the stage.
void stage_send(const struct message *message);

// Waits for a message of this kind; anything else ends the stage.
void stage_expect(enum message_kind kind);

// Reports the step that failed, with errno as its cause, and ends the process with 125 (126 or 127 for `exec`).
_Noreturn void stage_fail(const char *step, const char *resource);

// For the supervisor: answers a stage. False with errno.
bool stage_answer(int channel, enum message_kind kind);

// For the supervisor: whether a stage has said something that was not received yet.
bool stage_has_said(int channel);

// For the supervisor: a message, the sender's pid in our namespace (SCM_CREDENTIALS) and a descriptor where one came
// along. False at the end of the channel.
bool stage_receive(int channel, struct message *message, pid_t *sender, int *fd);
