// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "fd.h"
#include "identity.h"
#include "kernel.h"
#include "resolver.h"
#include "stage.h"
#include "supervisor_state.h"

bool supervisor_on(struct supervisor *s, int fd, uint64_t tag) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag};
  return fd < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

void supervisor_off(struct supervisor *s, int *fd) {
  if (*fd >= 0) epoll_ctl(s->epoll, EPOLL_CTL_DEL, *fd, NULL);
  fd_close(fd);
}

void supervisor_from_init(struct supervisor *s) {
  struct message message;
  pid_t sender;
  int fd;
  if (!stage_receive(s->cell.init_channel, &message, &sender, &fd)) {
    supervisor_off(s, &s->cell.init_channel); // its end is seen by its pidfd
    return;
  }
  switch (message.kind) {
    case MESSAGE_FAILED:
      supervisor_fail(s, message.step, message.value, message.resource);
      break;
    case MESSAGE_MAP:
      if (!identity_map(s->plan, s->cell.init)) supervisor_fail(s, "user-namespace", errno, "uid_map");
      else if (!stage_answer(s->cell.init_channel, MESSAGE_MAPPED)) supervisor_fail(s, "supervise", errno, "channel");
      break;
    case MESSAGE_SOCKET:
      channel_deliver(s->channel, s->epoll, &fd, message.value);
      break;
    case MESSAGE_NAMESERVER:
      errno = EMFILE; // a descriptor that had no room here did not come along
      if (!dns_serve(s->epoll, &fd, message.value)) supervisor_fail(s, "supervise", errno, "nameserver");
      break;
    case MESSAGE_EXITED:
      while (s->cell.program_channel >= 0) supervisor_from_program(s); // what it said, it said before
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
    supervisor_fail(s, "supervise", errno, "seccomp listener");
    fd_close(&listener);
    return;
  }
  narrow_know_keeper(&s->narrow, s->program, s->cell.init);
  broker_open(&s->broker, s->plan, listener, fd_take(&s->cell.report), fd_take(&s->cell.answer), fd_take(&s->cell.keeper), s->epoll);
  s->broker.init = s->cell.init;
  s->broker.program = s->program;
  if (!supervisor_on(s, listener, TAG_LISTENER) || !supervisor_on(s, s->broker.report, TAG_REPORT)) supervisor_fail(s, "supervise", errno, "epoll");
  else if (!watch_start(&s->watch, s->cell.init)) supervisor_fail(s, "supervise", errno, "timers"); // before the program, lest it run without
  else if (!stage_answer(s->cell.program_channel, MESSAGE_TAKEN)) supervisor_fail(s, "supervise", errno, "channel");
}

void supervisor_from_program(struct supervisor *s) {
  struct message message;
  pid_t sender = 0;
  int fd;
  if (!stage_receive(s->cell.program_channel, &message, &sender, &fd)) {
    // Closed by exec, or by a death that the init reports.
    supervisor_off(s, &s->cell.program_channel);
    if (s->failed || s->exited || s->program <= 0) return;
    status_started(s->program);
    return;
  }
  if (message.kind == MESSAGE_HANDED && s->handed < 0 && s->program <= 0) s->handed = fd_take(&fd);
  fd_close(&fd);
  if (message.kind == MESSAGE_FAILED) {
    supervisor_fail(s, message.step, message.value, message.resource);
  } else if (message.kind == MESSAGE_LISTENER && s->program <= 0) {
    s->program = sender;
    // What the init has said of the set-up comes before what the program says of its end.
    while (s->cell.init_channel >= 0 && stage_has_said(s->cell.init_channel)) supervisor_from_init(s);
    if (!s->failed) take_listener(s, message.value);
  }
}
