// SPDX-License-Identifier: Apache-2.0
// Kernel interfaces that distribution headers may be too old to know. Values are part of the kernel's ABI
// (include/uapi/linux/*.h) and the same on every architecture we run on.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#ifndef SYS_move_mount
#define SYS_move_mount 429
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

// linux/mount.h
#define K_OPEN_TREE_CLONE 1u
#define K_AT_RECURSIVE 0x8000u
#define K_MOVE_MOUNT_F_EMPTY_PATH 0x00000004u
#define K_MOVE_MOUNT_T_EMPTY_PATH 0x00000040u
#define K_FSMOUNT_CLOEXEC 1u
#define K_FSOPEN_CLOEXEC 1u
#define K_FSCONFIG_SET_STRING 1u
#define K_FSCONFIG_CMD_CREATE 6u
#define K_MOUNT_ATTR_RDONLY 0x00000001ull
#define K_MOUNT_ATTR_NOSUID 0x00000002ull
#define K_MOUNT_ATTR_NODEV 0x00000004ull
#define K_MOUNT_ATTR_NOEXEC 0x00000008ull
#define K_MOUNT_ATTR_IDMAP 0x00100000ull
struct k_mount_attr {
  uint64_t attr_set, attr_clr, propagation, userns_fd;
};

// linux/openat2.h
#define K_RESOLVE_NO_MAGICLINKS 0x02u
#define K_RESOLVE_NO_SYMLINKS 0x04u
#define K_RESOLVE_IN_ROOT 0x10u
struct k_open_how {
  uint64_t flags, mode, resolve;
};

// linux/sched/types.h, its first version
struct k_sched_attr {
  uint32_t size, sched_policy;
  uint64_t sched_flags;
  int32_t sched_nice;
  uint32_t sched_priority;
  uint64_t sched_runtime, sched_deadline, sched_period;
};

// linux/magic.h
#define K_CGROUP2_SUPER_MAGIC 0x63677270

// linux/memfd.h (6.3)
#define K_MFD_NOEXEC_SEAL 8u

// linux/sched.h
#define K_CLONE_NEWTIME 0x00000080 // for unshare alone: clone has the signal there
#define K_CLONE_NEWCGROUP 0x02000000u
#define K_CLONE_PIDFD 0x00001000u
#define K_CLONE_INTO_CGROUP 0x200000000ull
struct k_clone_args {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

// linux/pidfd.h (6.9): a pidfd of one thread, not of its whole process
#define K_PIDFD_THREAD 0x80u /* O_EXCL */

// linux/landlock.h
#define K_LANDLOCK_CREATE_RULESET_VERSION 1u
#define K_LANDLOCK_RULE_PATH_BENEATH 1
struct k_landlock_ruleset_attr {
  uint64_t handled_access_fs, handled_access_net, scoped;
};
struct k_landlock_path_beneath_attr {
  uint64_t allowed_access;
  int32_t parent_fd;
} __attribute__((packed));

// linux/seccomp.h
#define K_SECCOMP_FILTER_FLAG_NEW_LISTENER (1u << 3)
#define K_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1u << 5)
#define K_SECCOMP_USER_NOTIF_FLAG_CONTINUE 1u
#define K_SECCOMP_ADDFD_FLAG_SETFD 1u
#define K_SECCOMP_ADDFD_FLAG_SEND 2u
#define K_SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1ull
#define K_SECCOMP_IOCTL_NOTIF_ADDFD 0x40182103ul
#define K_SECCOMP_IOCTL_NOTIF_SET_FLAGS 0x40082104ul
struct k_seccomp_notif_addfd {
  uint64_t id;
  uint32_t flags, srcfd, newfd, newfd_flags;
};

// asm-generic/socket.h (5.14): names the network namespace that a socket belongs to
#define K_SO_RCVTIMEO_NEW 66
#define K_SO_SNDTIMEO_NEW 67
#define K_ERESTARTSYS 512 // include/linux/errno.h
#define K_SO_NETNS_COOKIE 71
#define K_SO_BUF_LOCK 72 // 5.16: which sizes a program has set

// linux/keyctl.h
#define K_KEYCTL_JOIN_SESSION_KEYRING 1
