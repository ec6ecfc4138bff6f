// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errno_name.h"
#include "fd.h"
#include "kernel.h"
#include "landlock.h"

// Tries in a child, so that nothing of it stays. Returns 0 or the errno.
static int try(int (*attempt)(void)) {
  pid_t child = fork();
  int status;
  if (child < 0) return errno;
  if (child == 0) _exit(attempt() < 0 ? errno : 0);
  if (waitpid(child, &status, 0) < 0) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static int user_namespace(void) { return unshare(CLONE_NEWUSER); }

// The others from inside the first, as an ordinary user gets them. Some hosts grant an empty user namespace without
// any capability in it (AppArmor): then these are what fails.
static int other_namespaces(void) {
  if (geteuid() != 0 && unshare(CLONE_NEWUSER) < 0) return -1;
  return unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | K_CLONE_NEWCGROUP);
}

static int notification(void) {
  struct seccomp_notif_sizes sizes;
  return (int)syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
}

static int wait_killable(void) {
  // An unknown flag is EINVAL before the filter is looked at; a known one fails on the filter (EFAULT).
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, K_SECCOMP_FILTER_FLAG_NEW_LISTENER | K_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, NULL) < 0)
    return errno == EFAULT ? 0 : -1;
  return 0;
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

int probe_run(void) {
  printf("{\"landlock\":%d", landlock_abi());
  print("userNamespace", try(user_namespace));
  print("namespaces", try(other_namespaces));
  print("seccompNotify", try(notification));
  print("seccompWaitKillable", try(wait_killable));
  print("mountAttributes", try(attributes));
  printf("}\n");
  return fflush(stdout) == 0 ? 0 : 1;
}
