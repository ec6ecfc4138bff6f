// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "stage.h"

void identity_resolve(struct plan *plan) {
  if (!plan->uid_from_pid) return;
  plan->uid += (uint32_t)getpid();
  plan->gid += (uint32_t)getpid();
}

static bool write_file(int directory, const char *name, const char *text) {
  AUTO_FD fd = openat(directory, name, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t wrote = write(fd, text, strlen(text));
  if (wrote >= 0 && (size_t)wrote != strlen(text)) errno = EIO;
  return wrote == (ssize_t)strlen(text);
}

static bool write_maps(pid_t pid, uint32_t inside_uid, uint32_t uid, uint32_t inside_gid, uint32_t gid) {
  char path[32], line[64];
  snprintf(path, sizeof path, "/proc/%d", pid);
  AUTO_FD proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) return false;
  snprintf(line, sizeof line, "%u %u 1\n", inside_uid, uid);
  if (!write_file(proc, "uid_map", line)) return false;
  // Without setgroups denied, an ordinary user may not map a group (user_namespaces(7)).
  if (!write_file(proc, "setgroups", "deny")) return false;
  snprintf(line, sizeof line, "%u %u 1\n", inside_gid, gid);
  return write_file(proc, "gid_map", line);
}

bool identity_map(const struct plan *plan, pid_t pid) {
  return write_maps(pid, plan->inside_uid, plan->uid, plan->inside_gid, plan->gid);
}

// The number that /proc has for a process of ours: we may be in a pid namespace of our own, which /proc is not about.
static pid_t outer_pid(int pidfd) {
  char path[48], line[64];
  int pid = -1;
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
  FILE *info = fopen(path, "re");
  while (info && fgets(line, sizeof line, info))
    if (sscanf(line, "Pid: %d", &pid) == 1) break;
  if (info) fclose(info);
  if (pid <= 0) errno = ESRCH;
  return pid;
}

// The namespace needs a process to be made in; the descriptor keeps it once that process is gone.
int identity_mount_map(const struct plan *plan, uid_t owner, gid_t group) {
  AUTO_FD holder_fd = -1;
  struct k_clone_args args = {.flags = CLONE_NEWUSER | K_CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)&holder_fd, .exit_signal = SIGCHLD};
  pid_t holder = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (holder < 0) return -1;
  if (holder == 0) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) _exit(EXIT_JAIL);
    for (;;) pause();
  }
  int fd = -1, cause;
  char path[48];
  pid_t outer = outer_pid(holder_fd);
  snprintf(path, sizeof path, "/proc/%d/ns/user", outer);
  if (outer > 0 && write_maps(outer, owner, plan->uid, group, plan->gid)) fd = open(path, O_RDONLY | O_CLOEXEC);
  cause = errno;
  // A holder that cannot be killed has our rights: then there is no cell.
  if (kill(holder, SIGKILL) < 0) {
    cause = errno;
    fd_close(&fd);
  } else {
    waitpid(holder, NULL, 0);
  }
  errno = cause;
  return fd;
}

void identity_assume(const struct plan *plan) {
  bool mapped = plan->namespaces & CLONE_NEWUSER;
  uid_t uid = mapped ? plan->inside_uid : plan->uid;
  gid_t gid = mapped ? plan->inside_gid : plan->gid;
  // In a user namespace setgroups is denied, and the groups are unmapped; outside, only root can drop them.
  if (!mapped && geteuid() == 0 && setgroups(0, NULL) < 0) stage_fail("identity", "setgroups");
  if (setresgid(gid, gid, gid) < 0) stage_fail("identity", "setresgid");
  if (setresuid(uid, uid, uid) < 0) stage_fail("identity", "setresuid");
}

void identity_forbid_new_privileges(void) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) stage_fail("capabilities", "no_new_privs");
}

void identity_drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {0}, now[2];
  // EPERM: we have no CAP_SETPCAP, so there is nothing in reach; EINVAL: past the last capability of this kernel.
  for (int cap = 0; cap < 64; cap++) {
    if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0) continue;
    if (errno == EINVAL) break;
    if (errno != EPERM) stage_fail("capabilities", "bounding set");
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  identity_forbid_new_privileges();
  if (syscall(SYS_capset, &header, none) < 0) stage_fail("capabilities", "capset");
  header.pid = 0;
  if (syscall(SYS_capget, &header, now) < 0) stage_fail("capabilities", "capget");
  errno = EPERM;
  if (now[0].effective | now[0].permitted | now[0].inheritable | now[1].effective | now[1].permitted | now[1].inheritable)
    stage_fail("capabilities", "some are left");
}

void identity_forbid_nesting(int proc) {
  if (!write_file(proc, "sys/user/max_user_namespaces", "0")) stage_fail("forbid-nesting", "user.max_user_namespaces");
  if (unshare(CLONE_NEWUSER) == 0) {
    errno = EPERM;
    stage_fail("forbid-nesting", "a nested user namespace could be made");
  }
}

void identity_forbid_executable_memfd(int proc) {
  // Kernel 6.3 and later have the file, and only the host's root may write it: elsewhere memfd_create is left to the
  // filters alone.
  if (!write_file(proc, "sys/vm/memfd_noexec", "2") && errno != ENOENT && errno != EACCES && errno != EPERM) stage_fail("forbid-memfd", "vm.memfd_noexec");
}

bool identity_become(const struct plan *plan) {
  if (!plan->supervisor_steps_down) return true;
  return setgroups(0, NULL) == 0 && setresgid(plan->gid, plan->gid, plan->gid) == 0 && setresuid(plan->uid, plan->uid, plan->uid) == 0;
}

bool identity_step_down(const struct plan *plan) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct caps[2] = {0};
  if (geteuid() != 0 || plan->uid == 0) return true; // we are that user already
  if (syscall(SYS_capget, &header, caps) < 0 || setgroups(0, NULL) < 0 || setresgid(plan->gid, plan->gid, 0) < 0) return false;
  // With the saved id still 0 the capabilities stay permitted; the change of the effective id takes them out of effect.
  if (setresuid(plan->uid, plan->uid, 0) < 0) return false;
  caps[0].effective = caps[0].permitted & (1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH);
  caps[1].effective = 0;
  if (syscall(SYS_capset, &header, caps) == 0) return true;
  identity_step_up();
  errno = EPERM;
  return false;
}

void identity_step_up(void) {
  uid_t real, effective, saved;
  if (getresuid(&real, &effective, &saved) < 0 || saved != 0 || effective == 0) return;
  // A supervisor that stayed below could not end its cell: better none.
  if (setresuid(0, 0, 0) < 0 || setresgid(0, 0, 0) < 0) abort();
}
