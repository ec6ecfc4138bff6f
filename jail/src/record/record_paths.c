// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "record_paths.h"

#include <sys/syscall.h>

// asm-generic/unistd.h, for headers that are too old to know them
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static const struct record_row rows[] = {
#ifdef SYS_open // arm64 has the newer forms alone
    {SYS_open, RECORD_OPEN, -1, 0, 1, true},
    {SYS_creat, RECORD_WRITE, -1, 0, -1, true},
    {SYS_stat, RECORD_LOOK, -1, 0, -1, true},
    {SYS_lstat, RECORD_LOOK, -1, 0, -1, false},
    {SYS_access, RECORD_LOOK, -1, 0, -1, true},
    {SYS_readlink, RECORD_LOOK, -1, 0, -1, false},
    {SYS_mkdir, RECORD_MAKE, -1, 0, -1, false},
    {SYS_rmdir, RECORD_REMOVE, -1, 0, -1, false},
    {SYS_unlink, RECORD_REMOVE, -1, 0, -1, false},
    {SYS_mknod, RECORD_MAKE, -1, 0, -1, false},
    {SYS_symlink, RECORD_MAKE, -1, 1, -1, false},
    {SYS_link, RECORD_MOVE, -1, 0, -1, false},
    {SYS_link, RECORD_MAKE, -1, 1, -1, false},
    {SYS_rename, RECORD_MOVE, -1, 0, -1, false},
    {SYS_rename, RECORD_MAKE, -1, 1, -1, false},
    {SYS_chmod, RECORD_WRITE, -1, 0, -1, true},
    {SYS_chown, RECORD_WRITE, -1, 0, -1, true},
    {SYS_lchown, RECORD_WRITE, -1, 0, -1, false},
    {SYS_utime, RECORD_WRITE, -1, 0, -1, true},
    {SYS_utimes, RECORD_WRITE, -1, 0, -1, true},
    {SYS_futimesat, RECORD_WRITE, 0, 1, -1, true},
#endif
#ifdef SYS_renameat
    {SYS_renameat, RECORD_MOVE, 0, 1, -1, false},
    {SYS_renameat, RECORD_MAKE, 2, 3, -1, false},
#endif
    {SYS_openat, RECORD_OPEN, 0, 1, 2, true},
    {SYS_openat2, RECORD_OPEN, 0, 1, 2, true},
    {SYS_newfstatat, RECORD_LOOK, 0, 1, -1, true},
    {SYS_statx, RECORD_LOOK, 0, 1, -1, true},
    {SYS_statfs, RECORD_LOOK, -1, 0, -1, true},
    {SYS_faccessat, RECORD_LOOK, 0, 1, -1, true},
    {SYS_faccessat2, RECORD_LOOK, 0, 1, -1, true},
    {SYS_readlinkat, RECORD_LOOK, 0, 1, -1, false},
    {SYS_chdir, RECORD_LOOK, -1, 0, -1, true},
    {SYS_inotify_add_watch, RECORD_READ, -1, 1, -1, true},
    {SYS_mkdirat, RECORD_MAKE, 0, 1, -1, false},
    {SYS_unlinkat, RECORD_REMOVE, 0, 1, -1, false},
    {SYS_mknodat, RECORD_MAKE, 0, 1, -1, false},
    {SYS_symlinkat, RECORD_MAKE, 1, 2, -1, false},
    {SYS_linkat, RECORD_MOVE, 0, 1, -1, false},
    {SYS_linkat, RECORD_MAKE, 2, 3, -1, false},
    {SYS_renameat2, RECORD_MOVE, 0, 1, -1, false},
    {SYS_renameat2, RECORD_MAKE, 2, 3, -1, false},
    {SYS_truncate, RECORD_WRITE, -1, 0, -1, true},
    {SYS_fchmodat, RECORD_WRITE, 0, 1, -1, true},
    {SYS_fchmodat2, RECORD_WRITE, 0, 1, -1, true},
    {SYS_fchownat, RECORD_WRITE, 0, 1, -1, true},
    {SYS_utimensat, RECORD_WRITE, 0, 1, -1, true},
    {SYS_setxattr, RECORD_WRITE, -1, 0, -1, true},
    {SYS_removexattr, RECORD_WRITE, -1, 0, -1, true},
    {SYS_execve, RECORD_EXECUTE, -1, 0, -1, true},
    {SYS_execveat, RECORD_EXECUTE, 0, 1, -1, true},
};

const struct record_row *record_rows(size_t *count) {
  *count = sizeof rows / sizeof *rows;
  return rows;
}
