// SPDX-License-Identifier: Apache-2.0
// What the broker connected and refused, counted by destination.
#pragma once

#include <stddef.h>

#include "address.h"
#include "meter.h"

// Of one destination, or of all.
struct traffic {
  uint64_t connections, refusals;
  struct meter_bytes bytes;
};

// "tcp://example.com:443" where the address was given out for a name, else "tcp://93.184.216.34:443".
enum { TRAFFIC_TEXT = 300 };
void traffic_text(const struct address *address, int protocol, char text[TRAFFIC_TEXT]);

// A connection that was granted was tried, one was refused. `fd` is the socket that the program will have; -1: it has
// failed already.
void traffic_connected(const struct address *address, int protocol, int fd);
void traffic_refused(const char *text);

// A datagram was sent on the program's behalf.
void traffic_sent(const struct address *address, size_t length);

// `traffic ID`: reports what was counted, a line for each destination and one that ends them. False for another command.
bool traffic_command(const char *line);
