// SPDX-License-Identifier: Apache-2.0
// What the parts of the supervisor share: supervisor.c has its loop, ending.c how the cell ends, hearing.c what the cell's
// own stages say until the program runs.
#pragma once

#include "attendant.h"
#include "broker.h"
#include "freeze.h"
#include "launch.h"
#include "narrow.h"
#include "plan.h"
#include "status.h"
#include "watch.h"
#include "where.h"

enum tag { TAG_INIT, TAG_PROGRAM, TAG_REPORT, TAG_LISTENER, TAG_CONTROL, TAG_CHANNEL, TAG_SIGNAL, TAG_NARROW, TAG_WHERE, TAG_OUTPUT, TAG_FREEZER, TAG_WATCH };

struct supervisor {
  struct plan *plan;
  struct attendant *attendant;
  int control, channel;
  int epoll, signals;
  struct launched cell;
  struct watch watch;
  struct freezer freezer;
  pid_t program; // as this pid namespace sees it; 0: not there yet
  int program_pidfd, handed; // the listener, where the program's helper has handed it over
  struct broker broker;
  struct narrow narrow;
  struct where where;
  bool failed, exited;
  bool child_ended; // of ours, and it may be the init
  bool ended; // by us: a limit, or the host's word
  int exit_code, wait_status;
};

// Has a descriptor reported by the supervisor's epoll, -1 aside: false with errno. Takes it out and closes it.
bool supervisor_on(struct supervisor *s, int fd, uint64_t tag);
void supervisor_off(struct supervisor *s, int *fd);

void supervisor_signal(struct supervisor *s, int number);

// The pid namespace dies with its init. Without one, the init kills what it started once the program has died.
void supervisor_kill(struct supervisor *s);

// A step before the program did not work.
void supervisor_fail(struct supervisor *s, const char *step, int cause, const char *resource);

// A limit of time is over: asks the program where it is, then reports and ends it.
void supervisor_end_by_limit(struct supervisor *s, const struct met_limit *met);
// It has said so, or will not.
void supervisor_end_by_met(struct supervisor *s);

void supervisor_from_init(struct supervisor *s);
void supervisor_from_program(struct supervisor *s);
