// SPDX-License-Identifier: Apache-2.0
// Limits on connections: how many are open at one time, and how many are new in a second. A program's descriptors are its
// own to copy and to close, so what is open is looked for where that matters: once as many were given out as may be.
#pragma once

#include <stdint.h>

#include "broker.h"

// 0: one more may be opened. Otherwise the limit that it met is reported, and this is the program's error: ENOBUFS for
// what is open, EAGAIN for what is new.
int connection_admit(const struct broker *broker);

// The program has got this connection. Of a socket that it had before, it may be known already.
void connection_opened(const struct broker *broker, int fd, bool is_new);

// How many are open, as far as they are counted: 0 without a limit on them.
uint64_t connection_count(const struct broker *broker);
