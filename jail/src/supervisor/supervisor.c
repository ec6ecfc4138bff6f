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

#include "cgroup.h"
#include "channel.h"
#include "control.h"
#include "descendants.h"
#include "errno_name.h"
#include "fd.h"
#include "identity.h"
#include "kernel.h"
#include "network.h"
#include "path_broker.h"
#include "rates.h"
#include "report.h"
#include "resolver.h"
#include "stage.h"
#include "supervisor_state.h"
#include "traffic.h"
#include "waiting.h"

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
    if (s->narrow.helper != before && !supervisor_on(s, s->narrow.result, TAG_NARROW)) supervisor_kill(s);
  } else if (sscanf(line, "refuse %u %511s", &id, word) == 2) {
    report_answer(&s->broker, id, word);
  } else if (sscanf(line, "signal %u", &number) == 1 && number > 0 && number < NSIG) {
    supervisor_signal(s, (int)number);
  } else if (sscanf(line, "usage %u", &id) == 1) {
    usage_read(&s->watch.usage, s->plan, s->watch.init);
    status_usage(id, &s->watch.usage);
  } else if (sscanf(line, "freeze %u", &id) == 1) {
    freezer_command(&s->freezer, id, true);
  } else if (sscanf(line, "thaw %u", &id) == 1) {
    freezer_command(&s->freezer, id, false);
  } else if (!traffic_command(line) && !rates_command(line, &s->broker, &s->watch.relay) && sscanf(line, "connect %u %u", &id, &number) == 2 && number <= UINT16_MAX) {
    channel_request(s->channel, s->cell.init_channel, id, (uint16_t)number);
  }
}

// Its end, however it came, ends the cell: nothing runs unwatched.
static void from_control(struct supervisor *s) {
  if (control_read(s->control, run_command, s)) return;
  supervisor_off(s, &s->control);
  supervisor_kill(s);
}

// The program's process group is orphaned, and there the kernel drops SIGTSTP: stop it outright, then ourselves.
static void suspend(struct supervisor *s) {
  supervisor_signal(s, SIGSTOP);
  raise(SIGSTOP);
}

static void from_signals(struct supervisor *s) {
  struct signalfd_siginfo info;
  while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
    if (info.ssi_signo == SIGCHLD) { // the loop asks for the init
      s->child_ended = true;
      const enum asked asked = where_result(&s->where);
      if (asked == ASKED_IDLE) status_frame("");
      if (asked != ASKED && s->where.met.limit) supervisor_end_by_met(s);
      continue;
    }
    if (info.ssi_signo == SIGTSTP && s->attendant->command) {
      suspend(s);
      continue;
    }
    if (s->program > 0) supervisor_signal(s, (int)info.ssi_signo);
    else if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGCONT && info.ssi_signo != SIGTSTP) supervisor_kill(s);
  }
}

static void dispatch(struct supervisor *s, uint64_t tag, uint32_t events) {
  uint32_t kind = (uint32_t)tag; // without the generation
  struct met_limit met = {0};
  if (kind >= TAG_DNS) {
    resolver_event(tag, events);
    return;
  }
  if (kind >= TAG_METER) {
    meter_event(tag);
    return;
  }
  if (kind >= TAG_DELIVERY) {
    channel_finish(s->channel, s->epoll, tag);
    return;
  }
  if (kind >= TAG_WAITING) {
    waiting_event(tag);
    return;
  }
  if (kind >= TAG_WATCH) {
    if (!watch_event(&s->watch, (enum watched)(kind - TAG_WATCH), &met)) return;
    if (met.limit) supervisor_end_by_limit(s, &met);
    else supervisor_kill(s);
    return;
  }
  switch ((enum tag)tag) {
    case TAG_INIT:
      supervisor_from_init(s);
      break;
    case TAG_PROGRAM:
      supervisor_from_program(s);
      break;
    case TAG_REPORT:
      report_read(&s->broker);
      break;
    case TAG_LISTENER:
      // Nobody is left under the filter: the init may live on for a moment, and this would be reported all the while.
      if (!(events & EPOLLIN)) supervisor_off(s, &s->broker.listener);
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
    case TAG_NARROW:
      from_helper(s);
      break;
    case TAG_WHERE:
      supervisor_end_by_met(s);
      break;
    case TAG_OUTPUT:
      watch_output(&s->watch);
      break;
    case TAG_FREEZER:
      freezer_look(&s->freezer);
      break;
    case TAG_WATCH:
      break;
  }
}

static bool init_is_gone(struct supervisor *s) {
  int status;
  pid_t gone;
  if (!s->child_ended) return false;
  s->child_ended = false;
  while ((gone = waitpid(s->cell.init, &status, WNOHANG)) < 0 && errno != ECHILD) {}
  if (gone == 0) return false;
  // What it had still to say is said before its end counts.
  while (s->cell.init_channel >= 0) supervisor_from_init(s);
  while (s->cell.program_channel >= 0) supervisor_from_program(s);
  report_finish(&s->broker);
  return true;
}

// Nobody attends yet, and somebody must: a drop is to be decided, or there is more to tell than can wait.
static void call_attendant(struct supervisor *s) {
  if (!s->attendant->command || s->attendant->pid || (!status_has_told(STATUS_DROP) && !status_is_waiting())) return;
  s->control = attendant_start(s->attendant);
  if (s->control < 0 || !supervisor_on(s, s->control, TAG_CONTROL)) supervisor_kill(s);
}

static void loop(struct supervisor *s) {
  struct epoll_event events[32];
  while (!init_is_gone(s)) {
    // What has failed may be what would have told us of the end.
    int count = epoll_wait(s->epoll, events, 32, s->ended ? 10 : waiting_pause());
    if (count < 0 && errno != EINTR) {
      if (s->program > 0) supervisor_kill(s);
      else supervisor_fail(s, "supervise", errno, "epoll");
    }
    if (count <= 0) s->child_ended = true; // whoever does not hear of it looks
    for (int i = 0; i < count; i++) dispatch(s, events[i].data.u64, events[i].events);
    waiting_look();
    if (s->where.met.limit && s->broker.where == TOLD_WHERE) {
      status_frame("");
      supervisor_end_by_met(s);
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
  // An init that ended without a word was killed, and the whole cell with it.
  if (!s->exited) s->wait_status = SIGKILL;
  if (s->broker.out_of_heap && s->broker.out_of_heap == s->program && s->wait_status == SIGABRT) watch_heap(&s->watch);
  if (!s->failed && s->program > 0) watch_finish(&s->watch, s->wait_status == SIGKILL);
  cgroup_remove(s->plan);
  network_unix_close();
  if (!s->failed && !s->ended && s->program <= 0) supervisor_fail(s, "init", ESRCH, "ended before the program");
  if (!s->failed) {
    status_exited(s->wait_status, s->watch.cause);
    s->exit_code = WIFSIGNALED(s->wait_status) ? 128 + WTERMSIG(s->wait_status) : WEXITSTATUS(s->wait_status);
  }
  if (attendant_is_needed(s->attendant, s->exit_code)) s->control = attendant_start(s->attendant);
  status_drain(1000);
  attendant_wait(s->attendant);
  narrow_close(&s->narrow);
  return s->exit_code;
}

static bool looks_at_processes(const struct plan *plan) {
  for (size_t i = 0; i < BOUNDS; i++)
    if (plan->watched[i]) return true;
  return plan->connections || !(plan->namespaces & CLONE_NEWPID);
}

// A supervisor that is about to give its rights up does so before, the others while the init has enough to do.
static bool watch(struct supervisor *s) {
  cgroup_sweep(s->plan);
  return watch_open(&s->watch, s->plan);
}

// Once the init runs: it has what it needs of ours.
static bool settle(struct supervisor *s) {
  if (!s->plan->supervisor_steps_down && !watch(s)) return false;
  s->freezer = (struct freezer){.plan = s->plan, .init = s->cell.init, .watch = &s->watch, .epoll = s->epoll, .tag = TAG_FREEZER, .timer = -1};
  if (!launch_release_stdio() || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) return false; // the cell's user may be our own
  resolver_open(s->plan, s->epoll);
  meter_open(s->epoll, s->plan->counts_bytes);
  return supervisor_on(s, s->cell.init_channel, TAG_INIT) && supervisor_on(s, s->cell.program_channel, TAG_PROGRAM) && supervisor_on(s, s->control, TAG_CONTROL) &&
         supervisor_on(s, s->channel, TAG_CHANNEL) && supervisor_on(s, s->signals, TAG_SIGNAL) && supervisor_on(s, s->watch.relay.told, TAG_OUTPUT) && watch_listen(&s->watch, s->epoll, TAG_WATCH);
}

int supervisor_run(struct plan *plan, struct supervisor_fds fds, struct attendant *attendant) {
  struct supervisor s = {.plan = plan, .attendant = attendant, .child_ended = true, .control = fds.control, .channel = fds.channel, .program_pidfd = -1, .handed = -1,
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
  if (!attendant_open(attendant)) supervisor_fail(&s, "supervise", errno, "attendant");
  else if (!told || s.signals < 0 || s.epoll < 0 || (by_parents && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) || !relay_start(&s.watch.relay, plan->output_rate)) supervisor_fail(&s, "supervise", errno, "");
  else if (looks_at_processes(plan) && !descendants_listed()) supervisor_fail(&s, "supervise", ENOSYS, "/proc/self/task/children");
  else if ((failed = cgroup_make(plan))) supervisor_fail(&s, "cgroup", errno, failed);
  else if (plan->supervisor_steps_down && !watch(&s)) supervisor_fail(&s, "cgroup", errno, "events");
  else if (!identity_become(plan)) supervisor_fail(&s, "identity", errno, "supervisor");
  else if ((failed = launch(plan, &s.cell))) supervisor_fail(&s, failed, errno, "");
  else if (!settle(&s)) supervisor_fail(&s, "supervise", errno, "");
  if (s.cell.init > 0) loop(&s);
  return finish(&s);
}
