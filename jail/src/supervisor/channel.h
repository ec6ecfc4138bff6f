// SPDX-License-Identifier: Apache-2.0
// Connected sockets for the host. The host is a Node process, so they travel as its child_process sends handles: a
// JSON line with the descriptor beside it (SCM_RIGHTS), which the receiver acknowledges.
#pragma once

#include <stdint.h>

// Asks the init for a socket of the cell's network namespace, to be connected to `port`. Requests are answered in
// the order they came in.
void channel_request(int channel, int init_channel, unsigned id, uint16_t port);

// The init's answer to the oldest request: a socket, or an errno. Connects it and hands it to the host; takes `fd`
// while the connect is under way, which `epoll` reports with a tag from TAG_DELIVERY on.
void channel_deliver(int channel, int epoll, int *fd, int cause);
void channel_finish(int channel, int epoll, uint64_t tag);
enum { TAG_DELIVERY = 1 << 17 };

// Reads and drops the receiver's acknowledgements; closes at the end.
void channel_discard(int *channel);
