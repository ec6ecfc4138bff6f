// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "launch.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "fd.h"
#include "init.h"
#include "kernel.h"
#include "path_broker.h"

bool launch_release_stdio(void) {
  AUTO_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);
  return null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1 && dup2(null, 2) == 2;
}

const char *launch(struct plan *plan, struct launched *launched) {
  int init_pair[2], program_pair[2], report_pair[2], answer_pair[2], keeper_pair[2] = {-1, -1}, one = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, init_pair) < 0 ||
      socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, program_pair) < 0 || !path_channel_open(plan, keeper_pair) || pipe2(report_pair, O_CLOEXEC | O_NONBLOCK) < 0 ||
      pipe2(answer_pair, O_CLOEXEC) < 0 || fcntl(answer_pair[1], F_SETFL, O_NONBLOCK) < 0 ||
      setsockopt(program_pair[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one) < 0)
    return "supervise";
  // Whoever reports uses must not lose any: it waits for us, and we wait for nobody but our host.
  if (plan->record && fcntl(report_pair[1], F_SETFL, 0) < 0) return "supervise";
  unsigned own = plan->namespaces & ~K_CLONE_NEWCGROUP; // that one follows once the cgroup is joined
  if (plan->userns_after_mounts) own &= ~(unsigned)CLONE_NEWUSER;
  AUTO_FD birthplace = cgroup_birthplace(plan);
  launched->init = -1;
  if (birthplace >= 0) {
    struct k_clone_args args = {.flags = own | K_CLONE_PIDFD | K_CLONE_INTO_CGROUP, .pidfd = (uint64_t)(uintptr_t)&launched->init_pidfd, .exit_signal = SIGCHLD,
                                .cgroup = (uint64_t)birthplace};
    launched->init = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (launched->init < 0) cgroup_forget_birthplace(); // the init will say why it cannot be there
  }
  // Not clone3: containers' default profiles refuse it, for its flags lie behind a pointer.
  if (launched->init < 0) launched->init = (pid_t)syscall(SYS_clone, (unsigned long)(own | K_CLONE_PIDFD | SIGCHLD), 0, &launched->init_pidfd, 0, 0);
  if (launched->init < 0) return "namespaces";
  if (launched->init == 0) {
    close(init_pair[0]), close(program_pair[0]), close(report_pair[0]), close(answer_pair[1]), fd_close(&keeper_pair[0]);
    init_run(plan, (struct init_channels){init_pair[1], program_pair[1], report_pair[1], answer_pair[0], keeper_pair[1]});
  }
  close(init_pair[1]), close(program_pair[1]), close(report_pair[1]), close(answer_pair[0]), fd_close(&keeper_pair[1]);
  launched->init_channel = init_pair[0], launched->program_channel = program_pair[0];
  launched->report = report_pair[0], launched->answer = answer_pair[1], launched->keeper = keeper_pair[0];
  return NULL;
}

int launch_signals(void) {
  static const int forwarded[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) sigaddset(&set, forwarded[i]);
  // SIGCHLD: ignored by our caller, children would go without being waited for.
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGCHLD, SIG_DFL) == SIG_ERR) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void launch_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= 16384) return;
  limit.rlim_cur = limit.rlim_max < 16384 ? limit.rlim_max : 16384;
  setrlimit(RLIMIT_NOFILE, &limit);
}
