// SPDX-License-Identifier: Apache-2.0
// Descriptors start at -1 and close themselves when their name goes out of scope.
#pragma once

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

#define AUTO_FD __attribute__((cleanup(fd_close))) int
