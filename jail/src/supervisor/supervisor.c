// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attendant.h"
#include "broker.h"
#include "cgroup.h"
#include "channel.h"
#include "control.h"
#include "descendants.h"
#include "errno_name.h"
#include "fd.h"
#include "identity.h"
#include "kernel.h"
#include "launch.h"
#include "narrow.h"
#include "network.h"
#include "path_broker.h"
#include "rates.h"
#include "report.h"
#include "resolver.h"
#include "stage.h"
#include "status.h"
#include "traffic.h"
#include "watch.h"
#include "where.h"

enum tag { TAG_INIT, TAG_PROGRAM, TAG_REPORT, TAG_LISTENER, TAG_CONTROL, TAG_CHANNEL, TAG_SIGNAL, TAG_WALL_TIME, TAG_MEMORY, TAG_NARROW, TAG_WHERE, TAG_OUTPUT };

struct supervisor {
  struct plan *plan;
  struct attendant *attendant;
  int control, channel;
  int epoll, signals;
  struct launched cell;
  struct watch watch;
  pid_t program; // as this pid namespace sees it; 0: not there yet
  int program_pidfd, handed; // the listener, where the program's helper has handed it over
  struct broker broker;
  struct narrow narrow;
  struct where where;
  bool failed, exited;
  bool ended; // by us: a limit, or the host's word
  int exit_code, wait_status;
};

static bool on(struct supervisor *s, int fd, uint64_t tag) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag};
  return fd < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
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
  bool by_init = s->plan->namespaces & CLONE_NEWPID || s->program_pidfd < 0;
  s->ended = true;
  if (s->cell.init <= 0 || (!by_init && s->exited)) return;
  // It is our child and not waited for, so its number means it.
  if (syscall(SYS_pidfd_send_signal, by_init ? s->cell.init_pidfd : s->program_pidfd, SIGKILL, NULL, 0) < 0) kill(s->cell.init, SIGKILL);
}

static void end_by_met(struct supervisor *s) {
  where_report(&s->where);
  kill_cell(s);
  where_close(&s->where);
}

static void end_by_limit(struct supervisor *s, const struct met_limit *met) {
  if (s->where.met.limit) return;
  s->where.met = *met;
  if (s->broker.report >= 0 && s->broker.is_ready && !s->exited && where_ask(&s->where, s->plan, s->program, s->program_pidfd)) {
    s->broker.where = ASKED_WHERE;
    if (!on(s, s->where.deadline, TAG_WHERE)) end_by_met(s);
  } else {
    end_by_met(s);
  }
}

static void fail(struct supervisor *s, const char *step, int cause, const char *resource) {
  if (!s->failed) status_failed(step, cause, resource);
  s->failed = true;
  s->exit_code = strcmp(step, "exec") != 0 ? EXIT_JAIL : cause == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
  kill_cell(s); // fail closed: whatever there is of it
}

static void from_program(struct supervisor *s);

static void from_init(struct supervisor *s) {
  struct message message;
  pid_t sender;
  int fd;
  if (!stage_receive(s->cell.init_channel, &message, &sender, &fd)) {
    off(s, &s->cell.init_channel); // its end is seen by its pidfd
    return;
  }
  switch (message.kind) {
    case MESSAGE_FAILED:
      fail(s, message.step, message.value, message.resource);
      break;
    case MESSAGE_MAP:
      if (!identity_map(s->plan, s->cell.init)) fail(s, "user-namespace", errno, "uid_map");
      else if (!stage_answer(s->cell.init_channel, MESSAGE_MAPPED)) fail(s, "supervise", errno, "channel");
      break;
    case MESSAGE_SOCKET:
      channel_deliver(s->channel, s->epoll, &fd, message.value);
      break;
    case MESSAGE_NAMESERVER:
      errno = EMFILE; // a descriptor that had no room here did not come along
      if (!dns_serve(s->epoll, &fd, message.value)) fail(s, "supervise", errno, "nameserver");
      break;
    case MESSAGE_EXITED:
      while (s->cell.program_channel >= 0) from_program(s); // what it said, it said before
      s->exited = true;
      s->wait_status = message.value;
      break;
    default:
      break;
  }
  fd_close(&fd);
}

// Takes the filter's notification descriptor out of the program's table, unless it was handed over already.
static void take_listener(struct supervisor *s, int number) {
  int listener = fd_take(&s->handed);
  s->program_pidfd = (int)syscall(SYS_pidfd_open, s->program, 0);
  if (listener < 0 && number >= 0 && s->program_pidfd >= 0) listener = (int)syscall(SYS_pidfd_getfd, s->program_pidfd, number, 0);
  int flags = listener < 0 ? 0 : fcntl(listener, F_GETFL);
  if (s->program_pidfd < 0 || (number >= 0 && listener < 0) || flags < 0 || (listener >= 0 && fcntl(listener, F_SETFL, flags | O_NONBLOCK) < 0)) {
    fail(s, "supervise", errno, "seccomp listener");
    fd_close(&listener);
    return;
  }
  narrow_know_keeper(&s->narrow, s->program, s->cell.init);
  broker_open(&s->broker, s->plan, listener, fd_take(&s->cell.report), fd_take(&s->cell.answer), fd_take(&s->cell.keeper), s->epoll);
  s->broker.init = s->cell.init;
  if (!on(s, listener, TAG_LISTENER) || !on(s, s->broker.report, TAG_REPORT)) fail(s, "supervise", errno, "epoll");
  else if (!watch_start(&s->watch)) fail(s, "supervise", errno, "timers"); // before the program, lest it run without
  else if (!stage_answer(s->cell.program_channel, MESSAGE_TAKEN)) fail(s, "supervise", errno, "channel");
}

static void from_program(struct supervisor *s) {
  struct message message;
  pid_t sender = 0;
  int fd;
  if (!stage_receive(s->cell.program_channel, &message, &sender, &fd)) {
    // Closed by exec, or by a death that the init reports.
    off(s, &s->cell.program_channel);
    if (s->failed || s->exited || s->program <= 0) return;
    status_started(s->program);
    return;
  }
  if (message.kind == MESSAGE_HANDED && s->handed < 0 && s->program <= 0) s->handed = fd_take(&fd);
  fd_close(&fd);
  if (message.kind == MESSAGE_FAILED) {
    fail(s, message.step, message.value, message.resource);
  } else if (message.kind == MESSAGE_LISTENER && s->program <= 0) {
    s->program = sender;
    // What the init has said of the set-up comes before what the program says of its end.
    while (s->cell.init_channel >= 0 && stage_has_said(s->cell.init_channel)) from_init(s);
    if (!s->failed) take_listener(s, message.value);
  }
}

static void narrowed(struct supervisor *s, const struct narrow_outcome *outcome) {
  if (!outcome->ended) return;
  status_narrowed(outcome->id, outcome->cause, outcome->path);
  if (outcome->request) report_answer(&s->broker, outcome->request, outcome->cause ? errno_name(outcome->cause) : "done");
}

static void from_helper(struct supervisor *s) {
  struct narrow_outcome outcome;
  narrow_result(&s->narrow, s->program, s->cell.init, &outcome);
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
    // Without its answer the program would believe that it has less than it has.
    if (s->narrow.helper != before && !on(s, s->narrow.result, TAG_NARROW)) kill_cell(s);
  } else if (sscanf(line, "refuse %u %511s", &id, word) == 2) {
    report_answer(&s->broker, id, word);
  } else if (sscanf(line, "signal %u", &number) == 1 && number > 0 && number < NSIG) {
    signal_program(s, (int)number);
  } else if (!traffic_command(line) && !rates_command(line, &s->broker, &s->watch.relay) && sscanf(line, "connect %u %u", &id, &number) == 2 && number <= UINT16_MAX) {
    channel_request(s->channel, s->cell.init_channel, id, (uint16_t)number);
  }
}

// Its end, however it came, ends the cell: nothing runs unwatched.
static void from_control(struct supervisor *s) {
  if (control_read(s->control, run_command, s)) return;
  off(s, &s->control);
  kill_cell(s);
}

// The program's process group is orphaned, and there the kernel drops SIGTSTP: stop it outright, then ourselves.
static void suspend(struct supervisor *s) {
  signal_program(s, SIGSTOP);
  raise(SIGSTOP);
}

static void from_signals(struct supervisor *s) {
  struct signalfd_siginfo info;
  while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
    if (info.ssi_signo == SIGCHLD) { // the loop asks for the init below
      const enum asked asked = where_result(&s->where);
      if (asked == ASKED_IDLE) status_frame("");
      if (asked != ASKED && s->where.met.limit) end_by_met(s);
      continue;
    }
    if (info.ssi_signo == SIGTSTP && s->attendant->command) {
      suspend(s);
      continue;
    }
    if (s->program > 0) signal_program(s, (int)info.ssi_signo);
    else if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGCONT && info.ssi_signo != SIGTSTP) kill_cell(s);
  }
}

static void dispatch(struct supervisor *s, uint64_t tag, uint32_t events) {
  uint32_t kind = (uint32_t)tag; // without the generation
  struct met_limit met;
  if (kind >= TAG_DNS) {
    resolver_event(tag, events);
    return;
  }
  if (kind >= TAG_DELIVERY && kind < TAG_SEND) {
    channel_finish(s->channel, s->epoll, tag);
    return;
  }
  if (kind >= TAG_PENDING) {
    network_event(&s->broker, tag);
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
      if (watch_wall_time(&s->watch, &met)) end_by_limit(s, &met);
      break;
    case TAG_MEMORY:
      if (watch_memory(&s->watch, s->cell.init)) kill_cell(s);
      break;
    case TAG_NARROW:
      from_helper(s);
      break;
    case TAG_WHERE:
      end_by_met(s);
      break;
    case TAG_OUTPUT:
      watch_output(&s->watch);
      break;
  }
}

static bool init_is_gone(struct supervisor *s) {
  int status;
  pid_t gone;
  while ((gone = waitpid(s->cell.init, &status, WNOHANG)) < 0 && errno != ECHILD) {}
  if (gone == 0) return false;
  // What it had still to say is said before its end counts.
  while (s->cell.init_channel >= 0) from_init(s);
  while (s->cell.program_channel >= 0) from_program(s);
  return true;
}

// Nobody attends yet, and somebody must: a drop is to be decided, or there is more to tell than can wait.
static void call_attendant(struct supervisor *s) {
  if (!s->attendant->command || s->attendant->pid || (!status_has_told(STATUS_DROP) && !status_is_waiting())) return;
  s->control = attendant_start(s->attendant);
  if (s->control < 0 || !on(s, s->control, TAG_CONTROL)) kill_cell(s);
}

static void loop(struct supervisor *s) {
  struct epoll_event events[32];
  while (!init_is_gone(s)) {
    // What has failed may be what would have told us of the end.
    int count = epoll_wait(s->epoll, events, 32, s->ended ? 10 : -1);
    if (count < 0 && errno != EINTR) {
      if (s->program > 0) kill_cell(s);
      else fail(s, "supervise", errno, "epoll");
    }
    for (int i = 0; i < count; i++) dispatch(s, events[i].data.u64, events[i].events);
    if (s->where.met.limit && s->broker.where == TOLD_WHERE) {
      status_frame("");
      end_by_met(s);
    }
    call_attendant(s);
  }
}

static int finish(struct supervisor *s) {
  where_report(&s->where);
  where_close(&s->where);
  // Without a pid namespace, an init that was killed (by the host's lack of memory, say) has left its children to us.
  if (s->cell.init > 0 && !(s->plan->namespaces & CLONE_NEWPID)) descendants_kill((const pid_t[]){s->attendant->pid, s->watch.relay.pid}, 2);
  relay_finish(&s->watch.relay);
  uint64_t kills = cgroup_memory_kills(s->plan);
  if (kills) status_limit(&(struct met_limit){.limit = "memory", .effect = "ended", .by = "cgroup", .count = kills});
  cgroup_remove(s->plan);
  network_unix_close();
  if (!s->failed && !s->ended && s->program <= 0) fail(s, "init", ESRCH, "ended before the program");
  if (!s->failed) {
    // An init that ended without a word was killed, and the whole cell with it.
    if (!s->exited) s->wait_status = SIGKILL;
    status_exited(s->wait_status);
    s->exit_code = WIFSIGNALED(s->wait_status) ? 128 + WTERMSIG(s->wait_status) : WEXITSTATUS(s->wait_status);
  }
  if (attendant_is_needed(s->attendant, s->exit_code)) s->control = attendant_start(s->attendant);
  status_drain(1000);
  attendant_wait(s->attendant);
  narrow_close(&s->narrow);
  return s->exit_code;
}

// Once the init runs: it has what it needs of ours.
static bool settle(struct supervisor *s) {
  if (!launch_release_stdio() || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) return false; // the cell's user may be our own
  resolver_open(s->plan, s->epoll);
  meter_open(s->epoll);
  return on(s, s->cell.init_channel, TAG_INIT) && on(s, s->cell.program_channel, TAG_PROGRAM) && on(s, s->control, TAG_CONTROL) &&
         on(s, s->channel, TAG_CHANNEL) && on(s, s->signals, TAG_SIGNAL) && on(s, s->watch.wall_time, TAG_WALL_TIME) && on(s, s->watch.memory, TAG_MEMORY) &&
         on(s, s->watch.relay.told, TAG_OUTPUT);
}

int supervisor_run(struct plan *plan, struct supervisor_fds fds, struct attendant *attendant) {
  struct supervisor s = {.plan = plan, .attendant = attendant, .control = fds.control, .channel = fds.channel, .program_pidfd = -1, .handed = -1,
                         .cell = {.init_pidfd = -1, .init_channel = -1, .program_channel = -1, .report = -1, .answer = -1, .keeper = -1},
                         .broker = {.listener = -1, .report = -1, .answer = -1, .keeper = -1}, .narrow = {.plan = plan, .result = -1}, .where = {.deadline = -1}};
  bool told = fds.status < 0 || status_use(fds.status);
  identity_resolve(plan);
  s.signals = launch_signals();
  s.epoll = epoll_create1(EPOLL_CLOEXEC);
  launch_raise_descriptor_limit();
  // Without a pid namespace the cell's processes are found by their parents, and they come to us should the init die.
  bool by_parents = !(plan->namespaces & CLONE_NEWPID);
  const char *failed = NULL;
  if (!attendant_open(attendant)) fail(&s, "supervise", errno, "attendant");
  else if (!told || s.signals < 0 || s.epoll < 0 || (by_parents && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) || !watch_open(&s.watch, plan)) fail(&s, "supervise", errno, "");
  else if ((by_parents || plan->watch_memory || plan->connections) && !descendants_listed()) fail(&s, "supervise", ENOSYS, "/proc/self/task/children");
  else if ((failed = cgroup_make(plan))) fail(&s, "cgroup", errno, failed);
  else if (!identity_become(plan)) fail(&s, "identity", errno, "supervisor");
  else if ((failed = launch(plan, &s.cell))) fail(&s, failed, errno, "");
  else if (!settle(&s)) fail(&s, "supervise", errno, "");
  if (s.cell.init > 0) loop(&s);
  return finish(&s);
}
