// SPDX-License-Identifier: Apache-2.0
// Calls on blocking sockets whose answer is outstanding: until the socket takes something, its time is over, or a signal
// wants the thread, as it would in the kernel (signal(7), «Interruption of system calls and library functions»).
#pragma once

#include "broker.h"

struct wait {
  int fd;   // the socket; it is copied
  int late; // the error once the time that the program has set is over (SO_SNDTIMEO)
  // The socket takes something. 0 or more, or a negative errno, ends the wait; -EAGAIN does not.
  int64_t (*go_on)(const struct call *call, int fd, void *subject);
  // Answers the call, whose caller may be dead, and frees the subject.
  void (*end)(const struct call *call, void *subject, int64_t result);
  void *subject;
};

// False if there is no room: the call is not answered then, and the subject still the caller's.
bool waiting_add(const struct call *call, const struct wait *wait);

// Something happened to what has this tag (TAG_WAITING and above).
void waiting_event(uint64_t tag);

// Milliseconds in which to call `waiting_look`, which ends what waits no more; -1: nothing waits.
int waiting_pause(void);
void waiting_look(void);
