// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "descendants.h"
#include "dns_serve.h"
#include "fd.h"
#include "identity.h"
#include "kernel.h"
#include "program.h"
#include "root.h"
#include "stage.h"

static void loopback_up(void) {
  AUTO_FD fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo"};
  if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0) stage_fail("loopback", "lo");
  request.ifr_flags |= IFF_UP;
  if (ioctl(fd, SIOCSIFFLAGS, &request) < 0) stage_fail("loopback", "lo");
}

static void ask_for_map(void) {
  struct message message = {.kind = MESSAGE_MAP};
  stage_send(&message);
  stage_expect(MESSAGE_MAPPED);
}

static bool send_descriptor(int channel, struct message *message, int fd) {
  char control[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec data = {message, sizeof *message};
  struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1};
  if (fd >= 0) {
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
    *cmsg = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
    memcpy(CMSG_DATA(cmsg), &fd, sizeof fd);
  }
  return sendmsg(channel, &header, MSG_NOSIGNAL) == (ssize_t)sizeof *message;
}

// Hands a new socket of the cell's network namespace to the supervisor, which connects it.
static void send_socket(int channel, int family) {
  AUTO_FD fd = socket(family == AF_INET6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct message message = {.kind = MESSAGE_SOCKET, .value = fd < 0 ? errno : 0};
  send_descriptor(channel, &message, fd); // the supervisor is gone if it fails, and the watch hears of that
}

// The cell's nameserver is the supervisor, at the address that is in /etc/resolv.conf; below port 1024 nobody in the
// cell can take its place.
static void send_nameserver(int channel, int type) {
  struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct message message = {.kind = MESSAGE_NAMESERVER, .value = type};
  AUTO_FD fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&local, sizeof local) < 0 || (type == SOCK_STREAM && listen(fd, 16) < 0) ||
      !send_descriptor(channel, &message, fd))
    stage_fail("loopback", "nameserver");
}

// An ordinary user gets the right to mount from the user namespace, so that comes first. Root mounts with its own
// right, which reaches files that the cell's user could not open, and the user namespace comes after.
static void enter_namespaces(const struct plan *plan, int channel) {
  AUTO_FD proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) stage_fail("mount", "/proc");
  if (!plan->userns_after_mounts) ask_for_map();
  if (plan->hostname && sethostname(plan->hostname, strlen(plan->hostname)) < 0) stage_fail("hostname", plan->hostname);
  if (plan->own_clock) clock_restart(proc);
  loopback_up();
  if (plan->nameserver) send_nameserver(channel, SOCK_DGRAM), send_nameserver(channel, SOCK_STREAM);
  identity_forbid_executable_memfd(proc);
  root_build(plan);
  if (plan->userns_after_mounts) {
    if (unshare(CLONE_NEWUSER) < 0) stage_fail("user-namespace", NULL);
    ask_for_map();
  }
  identity_forbid_nesting(proc);
}

static _Noreturn void end(bool pid_namespace, int code) {
  // The kernel ends a pid namespace with its first process; without one, the subreaper does it.
  if (!pid_namespace) descendants_kill(NULL, 0);
  _exit(code);
}

static void reap(pid_t program, bool pid_namespace) {
  int status;
  pid_t child;
  while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
    if (child != program) continue;
    struct message message = {.kind = MESSAGE_EXITED, .value = status};
    stage_send(&message);
    end(pid_namespace, 0);
  }
  // The program is a child until it is reaped. If that cannot be asked, there may be no other signal to ask at.
  if (child < 0) end(pid_namespace, EXIT_JAIL);
}

static _Noreturn void watch(pid_t program, int channel, int signals, bool pid_namespace) {
  struct pollfd watched[] = {{.fd = signals, .events = POLLIN}, {.fd = channel, .events = POLLIN}};
  for (;;) {
    reap(program, pid_namespace);
    if (poll(watched, 2, -1) < 0 && errno != EINTR) end(pid_namespace, EXIT_JAIL);
    if (watched[0].revents) {
      struct signalfd_siginfo info;
      while (read(signals, &info, sizeof info) > 0) {}
    }
    if (watched[1].revents) {
      struct message message;
      if (read(channel, &message, sizeof message) != (ssize_t)sizeof message) end(pid_namespace, EXIT_JAIL); // the supervisor is gone
      if (message.kind == MESSAGE_SOCKET) send_socket(channel, message.value);
    }
  }
}

// A supervisor that is killed takes the init along from its first step to its last: one that waits for somebody would
// stay behind otherwise. A change of ids clears the setting (prctl(2)). Without a pid namespace the init must live on to
// kill what it started; it learns of the supervisor's end from the channel.
static void die_with_supervisor(bool pid_namespace, int channel) {
  struct pollfd alive = {.fd = channel, .events = POLLRDHUP};
  if (pid_namespace && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) stage_fail("init", "end with the supervisor");
  if (poll(&alive, 1, 0) < 0) stage_fail("init", "poll");
  if (alive.revents & (POLLHUP | POLLRDHUP)) _exit(EXIT_JAIL); // it was gone before that
}

// A session is a group of its own to the scheduler where it makes such groups (sched_autogroup_enabled): what counts
// beside others' sessions is then the group's niceness, and the threads' is for the cell alone.
static void be_nice(const struct plan *plan) {
  char value[8];
  if (!plan->nice) return;
  if (setpriority(PRIO_PROCESS, 0, plan->nice) < 0) stage_fail("nice", NULL);
  snprintf(value, sizeof value, "%d", plan->nice);
  // Ten a second are taken from ordinary users, all of the machine's together (EAGAIN). EINVAL: there are no groups.
  for (int tries = 0; !cgroup_write("/proc/self/autogroup", value) && errno != ENOENT && errno != EINVAL; tries++) {
    if (errno != EAGAIN || tries == 50) stage_fail("nice", "autogroup");
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
  }
}

// Who wakes waits for the running thread's turn to end (EEVDF's RUN_TO_PARITY, since Linux 6.6), milliseconds perhaps. A
// cell's turns are the shortest that can be had, so that a busy one holds nobody up; the filter refuses it longer ones.
// Before 6.12 all turns are alike, and this changes nothing (sched_setattr(2)). EPERM, ENOSYS: a container's filter.
static void take_short_turns(void) {
  struct k_sched_attr turns;
  if (syscall(SYS_sched_getattr, 0, &turns, sizeof turns, 0) == 0) {
    if (turns.sched_policy != SCHED_OTHER && turns.sched_policy != SCHED_BATCH) return;
    turns.sched_runtime = 100000; // nanoseconds
    if (syscall(SYS_sched_setattr, 0, &turns, 0) == 0) return;
  }
  if (errno != EPERM && errno != ENOSYS) stage_fail("nice", "turns");
}

_Noreturn void init_run(struct plan *plan, struct init_channels channels) {
  bool pid_namespace = plan->namespaces & CLONE_NEWPID;
  stage_use(channels.init);
  // The supervisor's own, which came along: status, control, channel, timers.
  if (!fd_close_others((const int[]){channels.init, channels.program, channels.report, channels.answer, channels.keeper}, 5))
    stage_fail("descriptors", "the supervisor's");
  die_with_supervisor(pid_namespace, channels.init);
  // No controlling terminal: TIOCSTI and job control of the caller's terminal are out of reach.
  if (setsid() < 0) stage_fail("init", "setsid");
  cgroup_join(plan);
  be_nice(plan);
  take_short_turns();
  if ((plan->namespaces & K_CLONE_NEWCGROUP) && unshare(K_CLONE_NEWCGROUP) < 0) stage_fail("cgroup-namespace", NULL);
  // The caller's keys stay outside. ENOSYS: there are none; EPERM: a container's filter refuses the call, to the program too.
  if (syscall(SYS_keyctl, K_KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM) stage_fail("identity", "session keyring");
  if (pid_namespace) enter_namespaces(plan, channels.init);
  else if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) stage_fail("init", "subreaper");
  if (plan->record) {
    identity_forbid_new_privileges();
  } else {
    identity_assume(plan);
    identity_drop_capabilities();
  }
  die_with_supervisor(pid_namespace, channels.init);

  sigset_t all, chld;
  sigfillset(&all);
  if (sigprocmask(SIG_SETMASK, &all, NULL) < 0) stage_fail("init", "signals");
  sigemptyset(&chld);
  sigaddset(&chld, SIGCHLD);
  int signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) stage_fail("init", "signalfd");

  // Before there is a program that could look: the program runs under the same user.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) stage_fail("init", "dumpable");
  pid_t program = fork();
  if (program < 0) stage_fail("init", "fork");
  if (program == 0) program_run(plan, channels.program, channels.report, channels.answer, channels.keeper);
  fd_close(&channels.keeper);
  close(channels.program);
  close(channels.report);
  close(channels.answer);
  for (int fd = 0; fd < 3; fd++) close(fd); // a reader of the program's output must see its end
  watch(program, channels.init, signals, pid_namespace);
}
