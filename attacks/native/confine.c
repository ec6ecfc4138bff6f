// SPDX-License-Identifier: Apache-2.0
// Runs a command as hosts are on which less is allowed: under a filter that refuses what a container's default profile
// refuses, or single system calls, with the errno of a kernel that lacks them.
//   confine RULE… -- COMMAND…
//   docker            what Docker's and containerd's default profile refuses to a container without capabilities
//   ptrace            but pidfd_getfd and its kin work, as with --cap-add=SYS_PTRACE
//   capabilities      the capabilities of a container's root and no others (with `ptrace`: CAP_SYS_PTRACE too)
//   listener          a filter with a listener lies on the command: no second one can be had
//   CALL=ERRNO        one call of those in `calls` below
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}: the mask in Docker's profile.
#define CLONE_NAMESPACES 0x7e020000u

// By number, since headers may be older.
enum { OPEN_TREE = 428, MOVE_MOUNT = 429, FSOPEN = 430, FSCONFIG = 431, FSMOUNT = 432, FSPICK = 433, CLONE3 = 435, PIDFD_GETFD = 438,
       PROCESS_MADVISE = 440, MOUNT_SETATTR = 442, LANDLOCK_CREATE_RULESET = 444, LANDLOCK_ADD_RULE = 445, LANDLOCK_RESTRICT_SELF = 446 };

static const int administration[] = {SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, OPEN_TREE, MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT,
                                     FSPICK, MOUNT_SETATTR, SYS_bpf, SYS_perf_event_open, SYS_fanotify_init, SYS_sethostname, SYS_setdomainname,
                                     SYS_syslog, SYS_quotactl, SYS_open_by_handle_at, SYS_reboot, SYS_acct, SYS_init_module, SYS_finit_module,
                                     SYS_delete_module, SYS_kexec_load, SYS_swapon, SYS_swapoff, SYS_settimeofday, SYS_clock_settime, SYS_vhangup,
                                     SYS_add_key, SYS_request_key, SYS_keyctl, SYS_userfaultfd};
static const int tracing[] = {PIDFD_GETFD, SYS_kcmp, PROCESS_MADVISE};

static const struct { const char *name; int number; } calls[] = {
    {"unshare", SYS_unshare},   {"seccomp", SYS_seccomp},         {"pidfd_getfd", PIDFD_GETFD},
    {"clone3", CLONE3},         {"mount_setattr", MOUNT_SETATTR}, {"landlock", LANDLOCK_CREATE_RULESET},
    {"fsmount", FSMOUNT},       {"pivot_root", SYS_pivot_root},   {"process_vm_readv", SYS_process_vm_readv},
};
static const struct { const char *name; int number; } errnos[] = {{"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"EOPNOTSUPP", EOPNOTSUPP}, {"EINVAL", EINVAL}, {"ENOSPC", ENOSPC}};

static struct sock_filter program[512];
static unsigned short length;

static void add(unsigned short code, unsigned char jt, unsigned char jf, unsigned k) { program[length++] = (struct sock_filter){code, jt, jf, k}; }

static void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, 0, 0, (unsigned)offset); }

static void refuse(int number, int cause) {
  add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (unsigned)number);
  add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (unsigned)cause);
}

static void refuse_all(const int *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) refuse(numbers[i], EPERM);
}

static void docker(bool may_trace) {
  refuse_all(administration, sizeof administration / sizeof *administration);
  if (!may_trace) refuse_all(tracing, sizeof tracing / sizeof *tracing);
  refuse(CLONE3, ENOSYS);
  add(BPF_JMP | BPF_JEQ | BPF_K, 0, 4, SYS_clone);
  load(offsetof(struct seccomp_data, args[0]));
  add(BPF_JMP | BPF_JSET | BPF_K, 0, 1, CLONE_NAMESPACES);
  add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM);
  load(offsetof(struct seccomp_data, nr));
}

static bool single(const char *rule) {
  const char *sign = strchr(rule, '=');
  for (size_t i = 0; sign && i < sizeof calls / sizeof *calls; i++) {
    if (strlen(calls[i].name) != (size_t)(sign - rule) || strncmp(rule, calls[i].name, (size_t)(sign - rule)) != 0) continue;
    for (size_t j = 0; j < sizeof errnos / sizeof *errnos; j++) {
      if (strcmp(sign + 1, errnos[j].name) != 0) continue;
      refuse(calls[i].number, errnos[j].number);
      return true;
    }
  }
  return false;
}

static int failed(const char *what) {
  perror(what);
  return 124;
}

// Those that Docker gives to a container's root.
static bool drop_capabilities(bool may_trace) {
  static const int kept[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FSETID, CAP_FOWNER, CAP_MKNOD, CAP_NET_RAW, CAP_SETGID, CAP_SETUID,
                             CAP_SETFCAP, CAP_SETPCAP, CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT, CAP_KILL, CAP_AUDIT_WRITE};
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {0}, now[2] = {0};
  if (syscall(SYS_capget, &header, now) < 0) return false;
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) data[0].permitted |= 1u << kept[i];
  if (may_trace) data[0].permitted |= 1u << CAP_SYS_PTRACE;
  for (int capability = 0; capability < 64; capability++)
    if ((capability > 31 || !(data[0].permitted & 1u << capability)) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno != EINVAL &&
        now[0].effective) // who has none cannot get any
      return false;
  data[0].permitted &= now[0].permitted;
  data[0].effective = data[0].permitted;
  return syscall(SYS_capset, &header, data) == 0;
}

int main(int argc, char **argv) {
  bool has_docker = false, may_trace = false, has_listener = false, has_capabilities = false;
  int at = 1;
  load(offsetof(struct seccomp_data, arch));
  add(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCHITECTURE);
  add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS);
  load(offsetof(struct seccomp_data, nr));
  for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
    if (strcmp(argv[at], "docker") == 0) has_docker = true;
    else if (strcmp(argv[at], "ptrace") == 0) may_trace = true;
    else if (strcmp(argv[at], "listener") == 0) has_listener = true;
    else if (strcmp(argv[at], "capabilities") == 0) has_capabilities = true;
    else if (!single(argv[at])) {
      fprintf(stderr, "confine: expected docker, ptrace, capabilities, listener or CALL=ERRNO, got %s\n", argv[at]);
      return 124;
    }
  }
  if (at + 1 >= argc) {
    fprintf(stderr, "Usage: confine RULE... -- COMMAND...\n");
    return 124;
  }
  if (has_docker) docker(may_trace);
  add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
  struct sock_fprog filter = {length, program};
  // A container's engine installs its filter with CAP_SYS_ADMIN; without that the kernel asks for no_new_privs.
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return failed("no_new_privs");
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0) return failed("seccomp");
  }
  if (has_listener) {
    struct sock_filter everything[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    struct sock_fprog harmless = {1, everything};
    // The descriptor stays open in the command, or the listener would be gone.
    int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &harmless);
    if (listener < 0 || dup2(listener, listener + 32) < 0) return failed("listener");
  }
  if (has_capabilities && !drop_capabilities(may_trace)) return failed("capabilities");
  execvp(argv[at + 1], argv + at + 1);
  return failed(argv[at + 1]);
}
