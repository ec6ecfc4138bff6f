// SPDX-License-Identifier: Apache-2.0
// Descriptors that one of the cell's processes hands to another over a pair of sockets (SCM_RIGHTS): a cluster's
// primary hands its connections out so.
#pragma once

#include "broker.h"
#include "socket_view.h"

enum { MOST_PASSED = 16 };
struct passed {
  int fds[MOST_PASSED]; // copies
  size_t count;
};

// Copies what a message's control data hands over. Returns 0 or a negative errno: nothing but descriptors is passed,
// and nothing leaves the cell. Whatever was copied is in `passed`.
int passing_gather(struct call *call, const struct msghdr *header, const struct socket_view *view, struct passed *passed);

// send(2) with them beside the data.
ssize_t passing_send(int fd, void *data, size_t length, int flags, const struct passed *passed);

void passing_close(struct passed *passed);
