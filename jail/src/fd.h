// SPDX-License-Identifier: Apache-2.0
// Descriptors start at -1 and close themselves when their name goes out of scope.
#pragma once

#include <stdbool.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

static inline void fd_close(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static inline int fd_take(int *fd) {
  int taken = *fd;
  *fd = -1;
  return taken;
}

// Closes every descriptor above 2 but the `count` that are named; a negative number names none. False with errno.
bool fd_close_others(const int *kept, size_t count);

// False with EISDIR if one of 0, 1 and 2 is a directory: whatever is beside or above it could be reached from there.
bool fd_stdio_is_safe(void);

// A file without a name, never executable where the kernel can say so (memfd_create(2)); -1 with errno.
int fd_memory(const char *name, unsigned flags);

// Writes everything. False with errno.
bool fd_write(int fd, const char *text, size_t length);

#define AUTO_FD __attribute__((cleanup(fd_close))) int
