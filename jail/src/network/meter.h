// SPDX-License-Identifier: Apache-2.0
// The bytes of the connections that the broker has made. They pass from the program to the network without anybody
// between, and a copy of a socket kept here would keep it open when the program closes it. But the kernel counts in each
// socket, and tells: when it is asked, and to whoever listens (sock_diag(7)), when the socket ends.
#pragma once

#include <stdbool.h>

#include "address.h"

enum { TAG_METER = 1 << 19, TAG_METER_PAUSE };

struct meter_bytes {
  uint64_t sent, received;
};

// Whoever listens for ends has the kernel tell of every TCP socket of the machine that ends, in a thread of its own: so only
// where somebody wants to know.
void meter_open(int epoll, bool wanted);

// A TCP connection of ours to an address has begun; the program does not have it yet. Its bytes are added to `into` as
// they become known.
void meter_begin(int fd, const struct address *peer, struct meter_bytes *into);

// Something happened to what has this tag: connections have ended.
void meter_event(uint64_t tag);

// Brings the sums up to what is now. How many connections there were whose bytes are not known, or not all of them.
uint64_t meter_read(void);

// For tests: how many connections are known to live.
unsigned meter_living(void);
