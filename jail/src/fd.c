// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "fd.h"

#include <errno.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "kernel.h"

bool fd_close_others(const int *kept, size_t count) {
  for (unsigned from = 3;;) {
    unsigned next = UINT_MAX; // the lowest of the kept ones from here on
    for (size_t i = 0; i < count; i++)
      if (kept[i] >= 0 && (unsigned)kept[i] >= from && (unsigned)kept[i] < next) next = (unsigned)kept[i];
    if (next > from && syscall(SYS_close_range, from, next == UINT_MAX ? next : next - 1, 0) < 0) return false;
    if (next == UINT_MAX) return true;
    from = next + 1;
  }
}

bool fd_stdio_is_safe(void) {
  struct stat file;
  for (int fd = 0; fd < 3; fd++) {
    if (fstat(fd, &file) < 0) {
      if (errno != EBADF) return false;
    } else if (S_ISDIR(file.st_mode)) {
      errno = EISDIR;
      return false;
    }
  }
  return true;
}

int fd_memory(const char *name, unsigned flags) {
  int fd = memfd_create(name, flags | K_MFD_NOEXEC_SEAL);
  return fd < 0 && errno == EINVAL ? memfd_create(name, flags) : fd; // before Linux 6.3
}

bool fd_write(int fd, const char *text, size_t length) {
  while (length) {
    ssize_t wrote = write(fd, text, length);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    text += wrote, length -= (size_t)wrote;
  }
  return true;
}
