// SPDX-License-Identifier: Apache-2.0
// Sockets of the program's, looked at and rebuilt through copies of their descriptors.
#pragma once

#include <stdbool.h>

#include "broker.h"

struct socket_view {
  int fd;
  int family, type, protocol;
  bool outside;     // it is in the supervisor's network namespace already
  bool nonblocking;
};

bool socket_option(int fd, int name, int *value);

// A copy of the program's descriptor; -1 with errno. Fills the call's `thread`.
int socket_copy(struct call *call, int number);

// Opens a copy of the program's socket and looks at it. False after having answered the call.
bool socket_look(struct call *call, int number, struct socket_view *view);

// TCP or UDP over IPv4 or IPv6: all that can be granted.
bool socket_is_inet(const struct socket_view *view);

// A stream of the unix family: the only kind that can be made.
bool socket_is_unix_stream(const struct socket_view *view);

// The program sets an option that a socket of ours, should it take the place of the program's, has to have too: it may.
void socket_option_call(struct call *call);

// A socket like the program's, with its options, in the supervisor's network namespace. Non-blocking; -1 with errno.
int socket_new_outside(const struct socket_view *view);

void socket_set_nonblocking(int fd, bool nonblocking);
