// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker.h"
#include "cgroup.h"
#include "channel.h"
#include "control.h"
#include "descendants.h"
#include "errno_name.h"
#include "fd.h"
#include "identity.h"
#include "init.h"
#include "kernel.h"
#include "narrow.h"
#include "network.h"
#include "path_broker.h"
#include "report.h"
#include "resolver.h"
#include "stage.h"
#include "status.h"
#include "traffic.h"

enum tag { TAG_INIT, TAG_PROGRAM, TAG_REPORT, TAG_LISTENER, TAG_CONTROL, TAG_CHANNEL, TAG_SIGNAL, TAG_WALL_TIME, TAG_WATCH, TAG_NARROW };

struct supervisor {
  struct plan *plan;
  int control, channel;
  int epoll, signals, wall_time, watch, report, answer, keeper;
  int init_channel, program_channel;
  pid_t init, program; // as this pid namespace sees them; 0: not there yet
  int init_pidfd, program_pidfd;
  struct broker broker;
  struct narrow narrow;
  bool failed, exited;
  int exit_code, wait_status;
};

static void on(struct supervisor *s, int fd, uint64_t tag) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag};
  if (fd >= 0) epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void off(struct supervisor *s, int *fd) {
  if (*fd >= 0) epoll_ctl(s->epoll, EPOLL_CTL_DEL, *fd, NULL);
  fd_close(fd);
}

static void signal_program(struct supervisor *s, int number) {
  // By pidfd: once the init has reaped the program, its number may be somebody else's.
  if (s->program_pidfd >= 0 && !s->exited) syscall(SYS_pidfd_send_signal, s->program_pidfd, number, NULL, 0);
}

// The pid namespace dies with its init. Without one, the init kills what it started once the program has died.
static void kill_cell(struct supervisor *s) {
  bool pid_namespace = s->plan->namespaces & CLONE_NEWPID;
  if (pid_namespace || s->program <= 0) syscall(SYS_pidfd_send_signal, s->init_pidfd, SIGKILL, NULL, 0);
  else signal_program(s, SIGKILL);
}

static void arm(int timer, uint64_t milliseconds, bool repeat) {
  struct timespec time = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
  struct itimerspec spec = {.it_value = time, .it_interval = repeat ? time : (struct timespec){0}};
  timerfd_settime(timer, 0, &spec, NULL);
}

static void fail(struct supervisor *s, const char *step, int cause, const char *resource) {
  if (!s->failed) status_failed(step, cause, resource);
  s->failed = true;
  s->exit_code = strcmp(step, "exec") != 0 ? EXIT_JAIL : cause == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
}

static bool answer(int channel, enum message_kind kind) {
  struct message message = {.kind = kind};
  return send(channel, &message, sizeof message, MSG_NOSIGNAL) == (ssize_t)sizeof message;
}

static void from_init(struct supervisor *s) {
  struct message message;
  pid_t sender;
  int fd;
  if (!stage_receive(s->init_channel, &message, &sender, &fd)) {
    off(s, &s->init_channel); // its end is seen by its pidfd
    return;
  }
  switch (message.kind) {
    case MESSAGE_FAILED:
      fail(s, message.step, message.value, message.resource);
      break;
    case MESSAGE_MAP:
      if (!identity_map(s->plan, s->init)) {
        fail(s, "user-namespace", errno, "uid_map");
        kill_cell(s);
      } else {
        answer(s->init_channel, MESSAGE_MAPPED);
      }
      break;
    case MESSAGE_SOCKET:
      channel_deliver(s->channel, s->epoll, &fd, message.value);
      break;
    case MESSAGE_NAMESERVER:
      dns_serve(s->epoll, &fd, message.value);
      break;
    case MESSAGE_EXITED:
      s->exited = true;
      s->wait_status = message.value;
      break;
    default:
      break;
  }
  fd_close(&fd);
}

// Takes the filter's notification descriptor out of the program's table.
static void take_listener(struct supervisor *s, int number) {
  int listener = -1;
  s->program_pidfd = (int)syscall(SYS_pidfd_open, s->program, 0);
  if (number >= 0 && s->program_pidfd >= 0) listener = (int)syscall(SYS_pidfd_getfd, s->program_pidfd, number, 0);
  if (s->program_pidfd < 0 || (number >= 0 && listener < 0)) {
    fail(s, "supervise", errno, "seccomp listener");
    kill_cell(s);
    return;
  }
  if (listener >= 0) fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
  broker_open(&s->broker, s->plan, listener, fd_take(&s->report), fd_take(&s->answer), fd_take(&s->keeper), s->epoll);
  on(s, listener, TAG_LISTENER);
  on(s, s->broker.report, TAG_REPORT);
  answer(s->program_channel, MESSAGE_TAKEN);
}

static void from_program(struct supervisor *s) {
  struct message message;
  pid_t sender = 0;
  int fd;
  if (!stage_receive(s->program_channel, &message, &sender, &fd)) {
    // Closed by exec, or by a death that the init reports.
    off(s, &s->program_channel);
    if (s->failed || s->exited || s->program <= 0) return;
    status_started(s->program);
    if (s->plan->wall_time_ms) arm(s->wall_time, s->plan->wall_time_ms, false);
    if (s->plan->watch_memory) arm(s->watch, 50, true);
    return;
  }
  fd_close(&fd);
  if (message.kind == MESSAGE_FAILED) {
    fail(s, message.step, message.value, message.resource);
  } else if (message.kind == MESSAGE_LISTENER && s->program <= 0) {
    s->program = sender;
    take_listener(s, message.value);
  }
}

static void narrowed(struct supervisor *s, const struct narrow_outcome *outcome) {
  if (!outcome->ended) return;
  status_narrowed(outcome->id, outcome->cause, outcome->path);
  if (outcome->request) report_answer(&s->broker, outcome->request, outcome->cause ? errno_name(outcome->cause) : "done");
}

static void from_helper(struct supervisor *s) {
  struct narrow_outcome outcome;
  narrow_result(&s->narrow, s->program, s->init, &outcome);
  narrowed(s, &outcome);
}

static void run_command(void *self, char *line) {
  struct supervisor *s = self;
  struct narrow_outcome outcome;
  unsigned id, number;
  char word[512];
  if (strncmp(line, "narrow ", 7) == 0) {
    pid_t before = s->narrow.helper;
    narrow_line(&s->narrow, line + 7, s->program_pidfd, s->program, &outcome);
    narrowed(s, &outcome);
    if (s->narrow.helper != before) on(s, s->narrow.result, TAG_NARROW);
  } else if (sscanf(line, "refuse %u %511s", &id, word) == 2) {
    report_answer(&s->broker, id, word);
  } else if (sscanf(line, "signal %u", &number) == 1 && number > 0 && number < NSIG) {
    signal_program(s, (int)number);
  } else if (!traffic_command(line) && sscanf(line, "connect %u %u", &id, &number) == 2 && number <= UINT16_MAX) {
    channel_request(s->channel, s->init_channel, id, (uint16_t)number);
  }
}

// Its end, however it came, ends the cell: nothing runs unwatched.
static void from_control(struct supervisor *s) {
  if (control_read(s->control, run_command, s)) return;
  off(s, &s->control);
  kill_cell(s);
}

static void from_signals(struct supervisor *s) {
  struct signalfd_siginfo info;
  while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
    if (info.ssi_signo == SIGCHLD) continue; // the loop asks for the init below
    if (s->program > 0) signal_program(s, (int)info.ssi_signo);
    else if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGCONT && info.ssi_signo != SIGTSTP) kill_cell(s);
  }
}

static void from_watch(struct supervisor *s) {
  uint64_t ticks, used = descendants_memory(s->init);
  if (read(s->watch, &ticks, sizeof ticks) < 0 || used <= s->plan->watch_memory) return;
  status_limit("memory", s->plan->watch_memory, used);
  arm(s->watch, 0, false);
  kill_cell(s);
}

static void from_wall_time(struct supervisor *s) {
  uint64_t ticks;
  if (read(s->wall_time, &ticks, sizeof ticks) < 0) return;
  status_limit("wallTime", s->plan->wall_time_ms, s->plan->wall_time_ms);
  kill_cell(s);
}

static void dispatch(struct supervisor *s, uint64_t tag, uint32_t events) {
  uint32_t kind = (uint32_t)tag; // without the generation
  if (kind >= TAG_DNS) {
    resolver_event(tag, events);
    return;
  }
  if (kind >= TAG_SEND) {
    network_sendable(&s->broker, tag);
    return;
  }
  if (kind >= TAG_DELIVERY) {
    channel_finish(s->channel, s->epoll, tag);
    return;
  }
  if (kind >= TAG_PENDING) {
    network_finish(&s->broker, tag);
    return;
  }
  switch ((enum tag)tag) {
    case TAG_INIT:
      from_init(s);
      break;
    case TAG_PROGRAM:
      from_program(s);
      break;
    case TAG_REPORT:
      report_read(&s->broker);
      break;
    case TAG_LISTENER:
      // Nobody is left under the filter: the init may live on for a moment, and this would be reported all the while.
      if (!(events & EPOLLIN)) off(s, &s->broker.listener);
      else broker_receive(&s->broker);
      break;
    case TAG_CONTROL:
      from_control(s);
      break;
    case TAG_CHANNEL:
      channel_discard(&s->channel);
      break;
    case TAG_SIGNAL:
      from_signals(s);
      break;
    case TAG_WALL_TIME:
      from_wall_time(s);
      break;
    case TAG_WATCH:
      from_watch(s);
      break;
    case TAG_NARROW:
      from_helper(s);
      break;
  }
}

static bool init_is_gone(struct supervisor *s) {
  int status;
  if (waitpid(s->init, &status, WNOHANG) == 0) return false;
  // What it had still to say is said before its end counts.
  while (s->init_channel >= 0) from_init(s);
  while (s->program_channel >= 0) from_program(s);
  return true;
}

static void loop(struct supervisor *s) {
  struct epoll_event events[32];
  while (!init_is_gone(s)) {
    int count = epoll_wait(s->epoll, events, 32, -1);
    for (int i = 0; i < count; i++) dispatch(s, events[i].data.u64, events[i].events);
  }
}

// Descriptors 0, 1 and 2 are the program's: a reader of its output must see the end when the program is gone.
static void release_stdio(void) {
  AUTO_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; null >= 0 && fd < 3; fd++) dup2(null, fd);
}

static bool start(struct supervisor *s) {
  int init_pair[2], program_pair[2], report_pair[2], answer_pair[2], keeper_pair[2] = {-1, -1}, one = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, init_pair) < 0 ||
      socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, program_pair) < 0 || !path_channel_open(s->plan, keeper_pair) || pipe2(report_pair, O_CLOEXEC | O_NONBLOCK) < 0 ||
      pipe2(answer_pair, O_CLOEXEC) < 0 || fcntl(answer_pair[1], F_SETFL, O_NONBLOCK) < 0 ||
      setsockopt(program_pair[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one) < 0)
    return false;
  // Whoever reports uses must not lose any: it waits for us, and we wait for nobody but our host.
  if (s->plan->record) fcntl(report_pair[1], F_SETFL, 0);
  unsigned own = s->plan->namespaces & ~K_CLONE_NEWCGROUP; // that one follows once the cgroup is joined
  if (s->plan->userns_after_mounts) own &= ~(unsigned)CLONE_NEWUSER;
  struct k_clone_args args = {.flags = own | K_CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)&s->init_pidfd, .exit_signal = SIGCHLD};
  s->init = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (s->init < 0) return false;
  if (s->init == 0) {
    close(init_pair[0]), close(program_pair[0]), close(report_pair[0]), close(answer_pair[1]), fd_close(&keeper_pair[0]);
    init_run(s->plan, (struct init_channels){init_pair[1], program_pair[1], report_pair[1], answer_pair[0], keeper_pair[1]});
  }
  close(init_pair[1]), close(program_pair[1]), close(report_pair[1]), close(answer_pair[0]), fd_close(&keeper_pair[1]);
  s->init_channel = init_pair[0], s->program_channel = program_pair[0], s->report = report_pair[0], s->keeper = keeper_pair[0], s->answer = answer_pair[1];
  return true;
}

static void watch_signals(struct supervisor *s) {
  static const int forwarded[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) sigaddset(&set, forwarded[i]);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL); // ignored by our caller, children would go without being waited for
  s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// A mount and a connect that is under way take a descriptor each; a thousand is the usual limit, and not enough.
static void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= 16384) return;
  limit.rlim_cur = limit.rlim_max < 16384 ? limit.rlim_max : 16384;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static int finish(struct supervisor *s) {
  // Without a pid namespace, an init that was killed (by the host's lack of memory, say) has left its children to us.
  if (s->init > 0 && !(s->plan->namespaces & CLONE_NEWPID)) descendants_kill();
  uint64_t kills = cgroup_memory_kills(s->plan);
  if (kills) status_limit("memory", 0, 0);
  cgroup_remove(s->plan);
  network_unix_close();
  if (!s->failed) {
    // An init that ended without a word was killed, and the whole cell with it.
    if (!s->exited) s->wait_status = SIGKILL;
    status_exited(s->wait_status);
    s->exit_code = WIFSIGNALED(s->wait_status) ? 128 + WTERMSIG(s->wait_status) : WEXITSTATUS(s->wait_status);
  }
  status_drain(1000);
  narrow_close(&s->narrow);
  return s->exit_code;
}

int supervisor_run(struct plan *plan, struct supervisor_fds fds) {
  struct supervisor s = {.plan = plan, .control = fds.control, .channel = fds.channel, .init_channel = -1, .program_channel = -1,
                         .init_pidfd = -1, .program_pidfd = -1, .report = -1, .answer = -1, .keeper = -1,
                         .broker = {.listener = -1, .report = -1, .answer = -1, .keeper = -1}, .narrow = {.plan = plan, .result = -1}};
  status_use(fds.status);
  identity_resolve(plan);
  watch_signals(&s);
  s.epoll = epoll_create1(EPOLL_CLOEXEC);
  s.wall_time = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  s.watch = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  raise_descriptor_limit();
  // Without a pid namespace the cell's processes are found by their parents, and they come to us should the init die.
  bool by_parents = !(plan->namespaces & CLONE_NEWPID);
  if (by_parents) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  const char *cgroup = NULL;
  if ((by_parents || plan->watch_memory) && !descendants_listed()) fail(&s, "supervise", ENOSYS, "/proc/self/task/children");
  else if ((cgroup = cgroup_make(plan))) fail(&s, "cgroup", errno, cgroup);
  else if (s.epoll < 0 || s.wall_time < 0 || s.watch < 0 || !start(&s)) fail(&s, "namespaces", errno, "");
  release_stdio();
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // the cell's user may be our own
  resolver_open(plan, s.epoll);
  if (!s.failed) {
    on(&s, s.init_channel, TAG_INIT);
    on(&s, s.program_channel, TAG_PROGRAM);
    on(&s, s.control, TAG_CONTROL);
    on(&s, s.channel, TAG_CHANNEL);
    on(&s, s.signals, TAG_SIGNAL);
    on(&s, s.wall_time, TAG_WALL_TIME);
    on(&s, s.watch, TAG_WATCH);
    loop(&s);
  }
  return finish(&s);
}
