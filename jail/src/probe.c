// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descendants.h"
#include "errno_name.h"
#include "fd.h"
#include "kernel.h"
#include "landlock.h"
#include "listener.h"

// Tries in a child, so that nothing of it stays. Returns 0 or the errno.
// The errno that an attempt ended with. One that was killed (by somebody, or by the kernel for want of memory) says
// nothing of the host: then neither do we.
static int outcome(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) kill(getpid(), SIGKILL), _exit(125);
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static int try(int (*attempt)(void)) {
  pid_t child = fork();
  int status;
  if (child < 0) return errno;
  if (child == 0) _exit(attempt() < 0 ? errno : 0);
  if (waitpid(child, &status, 0) < 0) return errno;
  return outcome(status);
}

static int user_namespace(void) { return unshare(CLONE_NEWUSER); }

// The others from inside the first, as an ordinary user gets them. Some hosts grant an empty user namespace without
// any capability in it (AppArmor): then these are what fails.
static int other_namespaces(void) {
  if (unshare(CLONE_NEWUSER) < 0) return -1;
  return unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | K_CLONE_NEWCGROUP);
}

// A /proc of the cell's own, as an ordinary user mounts it: the kernel refuses it in a user namespace where parts of the
// present one are covered, as containers' are.
static int own_proc(void) {
  if (unshare(CLONE_NEWUSER) < 0 || unshare(CLONE_NEWNS | CLONE_NEWPID) < 0) return -1;
  pid_t inner = fork();
  int status;
  if (inner < 0) return -1;
  if (inner == 0) {
    AUTO_FD context = (int)syscall(SYS_fsopen, "proc", K_FSOPEN_CLOEXEC);
    AUTO_FD mount = context < 0 || syscall(SYS_fsconfig, context, K_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ? -1 : (int)syscall(SYS_fsmount, context, K_FSMOUNT_CLOEXEC, 0);
    _exit(mount < 0 ? errno : 0);
  }
  if (waitpid(inner, &status, 0) < 0) return -1;
  errno = outcome(status);
  return errno == 0 ? 0 : -1;
}

// A filter that lets everything pass, with a listener: there is one in a chain of filters (EBUSY), and a filter may
// forbid further ones.
static int install(unsigned flags) {
  struct sock_filter everything = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
  struct sock_fprog program = {1, &everything};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static int notification(void) { return install(K_SECCOMP_FILTER_FLAG_NEW_LISTENER); }

static int wait_killable(void) { return install(K_SECCOMP_FILTER_FLAG_NEW_LISTENER | K_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV); }

// Out of a child, as a supervisor does it, and not only out of ourselves: Yama may forbid that.
static int descriptors(void) {
  int end[2];
  if ((errno = listener_can_be_taken()) != 0 || pipe(end) < 0) return -1;
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) _exit(close(end[1]) == 0 && read(end[0], end, 1) == 0 ? 0 : 1);
  AUTO_FD pidfd = (int)syscall(SYS_pidfd_open, child, 0);
  AUTO_FD copy = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, end[0], 0);
  return copy < 0 ? -1 : 0; // the child sees our end of the pipe
}

// As a supervisor reads an address.
static int memory(void) {
  char there[2] = "x", here[2];
  int end[2];
  if (pipe(end) < 0) return -1;
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) _exit(close(end[1]) == 0 && read(end[0], here, 1) == 0 ? 0 : 1);
  struct iovec into = {here, 1}, from = {there, 1};
  return process_vm_readv(child, &into, 1, &from, 1, 0) == 1 ? 0 : -1;
}

static int children(void) {
  errno = ENOENT;
  return descendants_listed() ? 0 : -1;
}

static int attributes(void) {
  if (syscall(SYS_mount_setattr, -1, NULL, 0, NULL, 0) < 0 && errno == ENOSYS) return -1;
  return 0;
}

static void print(const char *name, int cause) {
  if (cause == 0) {
    printf(",\"%s\":{\"ok\":true}", name);
    return;
  }
  printf(",\"%s\":{\"ok\":false,\"errno\":\"%s\"}", name, errno_name(cause));
}

// 0 tells why: ENOSYS where the kernel has none, EOPNOTSUPP where it was not started with it.
static void print_landlock(void) {
  errno = 0;
  int abi = landlock_abi();
  printf("{\"landlock\":%d,\"landlockErrno\":\"%s\"", abi, abi > 0 ? "" : errno_name(errno));
}

int probe_run(void) {
  print_landlock();
  print("userNamespace", try(user_namespace));
  print("namespaces", try(other_namespaces));
  print("seccompNotify", try(notification));
  print("seccompWaitKillable", try(wait_killable));
  print("mountAttributes", try(attributes));
  print("ownProc", try(own_proc));
  print("descriptors", try(descriptors));
  print("memory", try(memory));
  print("children", try(children));
  printf("}\n");
  return fflush(stdout) == 0 ? 0 : 1;
}
