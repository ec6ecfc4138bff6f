// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "fd.h"

#include <limits.h>

#include "kernel.h"

void fd_close_others(const int *kept, size_t count) {
  for (unsigned from = 3;;) {
    unsigned next = UINT_MAX; // the lowest of the kept ones from here on
    for (size_t i = 0; i < count; i++)
      if (kept[i] >= 0 && (unsigned)kept[i] >= from && (unsigned)kept[i] < next) next = (unsigned)kept[i];
    if (next > from) syscall(SYS_close_range, from, next == UINT_MAX ? next : next - 1, 0);
    if (next == UINT_MAX) return;
    from = next + 1;
  }
}
