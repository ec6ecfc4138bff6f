// SPDX-License-Identifier: Apache-2.0
// Milliseconds of a clock that only goes on.
#pragma once

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
