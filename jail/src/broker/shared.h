// SPDX-License-Identifier: Apache-2.0
// Open files that the program has too. It can make what we do with one of them wait, in the moment that we do it: a connect,
// by taking O_NONBLOCK away; a close, by closing its own descriptor, so that ours is the last one of a socket that lingers
// (SO_LINGER, socket(7)). Here neither waits for longer than some milliseconds; the kernel goes on with it by itself.
#pragma once

#include <sys/socket.h>

// The program has set SO_LINGER somewhere.
void shared_lingers(void);

void shared_close(int *fd);

// 0 or an errno: EINTR if it would have waited. A connection by TCP is under way then.
int shared_connect(int fd, const struct sockaddr *address, socklen_t length);

// Starts at -1 and is closed when its name goes out of scope, as AUTO_FD is.
#define AUTO_SHARED __attribute__((cleanup(shared_close))) int
