// SPDX-License-Identifier: Apache-2.0
// Answers the calls that the filter hands over (seccomp_unotify(2)). Three answers exist: an error, having done the
// work on the program's behalf, or "continue" where the answer does not depend on memory that the program can rewrite.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "plan.h"

struct broker {
  const struct plan *plan;
  int listener;       // the notification descriptor; non-blocking
  pid_t init;         // above all of the cell's processes
  pid_t program;      // the first of those below it
  int keeper;         // opens and makes files for the program; -1: there is none
  int report;         // what the runtime reports; -1 once it has ended
  int answer;         // where its requests are answered
  bool is_ready;      // the runtime has reported that it is
  int64_t started;    // seconds of the boot clock
  bool is_asking;     // a drop of its has not been answered yet
  char line[4608];    // of the report, as far as it has come
  size_t line_length;
  enum { NOT_ASKED_WHERE, ASKED_WHERE, TOLD_WHERE } where; // the report has lines of a stack, up to one that is `.`
  bool line_cut;      // it was longer than there is room for
  pid_t out_of_heap;  // a process that ends itself for lack of V8's heap
  unsigned patience;  // milliseconds for which threads that abort may still be waited for
  int epoll;          // where calls wait for their sockets
  int thread;         // a pidfd of the thread that called last; -1: none
  pid_t thread_pid;   // its number; 0: not known by it
  uint64_t own_netns; // cookie of the supervisor's network namespace
};

// One call of the cell's that waits for an answer.
struct call {
  struct broker *broker;
  uint64_t id;
  pid_t pid; // the calling thread
  int nr;
  uint64_t args[6];
  int thread; // pidfd of it, the broker's own; -1: not opened
};

// Tags of what the supervisor's epoll waits for, from here on those of calls that wait (waiting.h).
enum { TAG_WAITING = 1 << 16 };

void broker_open(struct broker *broker, const struct plan *plan, int listener, int report, int answer, int keeper, int epoll);

// Receives and answers one notification. Call it when the listener is readable.
void broker_receive(struct broker *broker);

// True while the notification still waits: the process that made it has not died, so its pid means what it meant.
bool call_valid(const struct call *call);

// Copies from and to the calling process. False if any of it is not there.
bool call_read(const struct call *call, uint64_t address, void *into, size_t length);
// The same from several places, `length` bytes altogether.
bool call_gather(const struct call *call, const struct iovec *there, size_t count, void *into, size_t length);
bool call_write(const struct call *call, uint64_t address, const void *from, size_t length);

// The process that the caller is a thread of; 0 if it is gone.
pid_t call_process(const struct call *call);

// Opens the caller's thread for call_descriptor. False with errno.
bool call_open_thread(struct call *call);

// Gives the caller `fd` as the result of its call, at the lowest number that is free. False if it has no room for it.
bool call_give(const struct call *call, int fd, int flags);

// A copy of the caller's descriptor, to be closed by shared_close (shared.h); -1 with errno.
int call_descriptor(struct call *call, int fd);

// Puts `fd` in the place of the caller's `number`, close-on-exec as that was. False if it cannot be done.
bool call_replace(const struct call *call, int fd, int number);

void call_answer(const struct call *call, int64_t value); // a result, or a negative errno
void call_continue(const struct call *call);
