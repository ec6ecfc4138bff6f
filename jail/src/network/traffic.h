// SPDX-License-Identifier: Apache-2.0
// What the broker connected and refused, counted by destination.
#pragma once

#include "address.h"

// "tcp://example.com:443" where the address was given out for a name, else "tcp://93.184.216.34:443".
enum { TRAFFIC_TEXT = 300 };
void traffic_text(const struct address *address, int protocol, char text[TRAFFIC_TEXT]);

// A connection that was granted has begun; one was refused.
void traffic_connected(const struct address *address, int protocol);
void traffic_refused(const char *text);

// `traffic ID`: reports what was counted, a line for each destination and one that ends them. False for another command.
bool traffic_command(const char *line);
