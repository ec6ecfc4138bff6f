// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "pinned_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "fd.h"
#include "kernel.h"
#include "stage.h"

static uint64_t nanoseconds(struct timespec time) { return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec; }

// The time of change is the kernel's own: no writer can set it back.
static bool is_pinned_file(const struct pinned_file *pin, const struct stat *now) {
  return S_ISREG(now->st_mode) && now->st_dev == pin->device && now->st_ino == pin->inode && (uint64_t)now->st_size == pin->size &&
         nanoseconds(now->st_mtim) == pin->modified && nanoseconds(now->st_ctim) == pin->changed;
}

bool pinned_file_holds(const struct plan *plan, const char *path, int fd) {
  struct stat now;
  for (size_t i = 0; i < plan->pin_count; i++) {
    if (strcmp(plan->pins[i].path, path) != 0) continue;
    if (fstat(fd, &now) == 0 && is_pinned_file(&plan->pins[i], &now)) continue;
    errno = ESTALE;
    return false;
  }
  return true;
}

void pinned_file_check(const struct plan *plan) {
  struct k_open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS};
  for (size_t i = 0; i < plan->pin_count; i++) {
    AUTO_FD file = (int)syscall(SYS_openat2, AT_FDCWD, plan->pins[i].path, &how, sizeof how);
    if (file < 0 || !pinned_file_holds(plan, plan->pins[i].path, file)) stage_fail("pin", plan->pins[i].path);
  }
}
