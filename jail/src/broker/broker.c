// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "broker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "abort.h"
#include "facts.h"
#include "fd.h"
#include "kernel.h"
#include "network.h"
#include "path_broker.h"
#include "record.h"
#include "report.h"
#include "status.h"

void broker_open(struct broker *broker, const struct plan *plan, int listener, int report, int answer, int keeper, int epoll) {
  struct timespec now = {0};
  clock_gettime(CLOCK_BOOTTIME, &now);
  *broker = (struct broker){.plan = plan, .listener = listener, .report = report, .answer = answer, .keeper = keeper, .epoll = epoll, .thread = -1, .started = now.tv_sec, .patience = ABORT_PATIENCE_MS};
  AUTO_FD probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  socklen_t length = sizeof broker->own_netns;
  if (probe < 0 || getsockopt(probe, SOL_SOCKET, K_SO_NETNS_COOKIE, &broker->own_netns, &length) < 0) broker->own_netns = 0;
  if (listener < 0) return;
  network_unix_open(plan);
  // Half the switches between the two processes happen on one processor then (kernel 6.6; without it only slower).
  ioctl(listener, K_SECCOMP_IOCTL_NOTIF_SET_FLAGS, K_SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

bool call_valid(const struct call *call) { return ioctl(call->broker->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == 0; }

bool call_gather(const struct call *call, const struct iovec *there, size_t count, void *into, size_t length) {
  struct iovec here = {into, length};
  if (length == 0) return true;
  return process_vm_readv(call->pid, &here, 1, there, count, 0) == (ssize_t)length && call_valid(call);
}

bool call_read(const struct call *call, uint64_t address, void *into, size_t length) {
  struct iovec there = {(void *)(uintptr_t)address, length}; // the address is the caller's
  return call_gather(call, &there, 1, into, length);
}

bool call_write(const struct call *call, uint64_t address, const void *from, size_t length) {
  struct iovec here = {(void *)(uintptr_t)from, length}, there = {(void *)(uintptr_t)address, length};
  return call_valid(call) && process_vm_writev(call->pid, &here, 1, &there, 1, 0) == (ssize_t)length;
}

// The process that a thread belongs to; 0 if it is gone.
static pid_t process_of(pid_t thread) {
  char path[32], line[64];
  int process = 0;
  snprintf(path, sizeof path, "/proc/%d/status", thread);
  FILE *status = fopen(path, "re");
  if (!status) return 0;
  while (fgets(line, sizeof line, status))
    if (sscanf(line, "Tgid: %d", &process) == 1) break;
  fclose(status);
  return process;
}

pid_t call_process(const struct call *call) { return process_of(call->pid); }

static bool open_thread(struct call *call) {
  struct broker *broker = call->broker;
  pid_t of = call->pid;
  fd_close(&broker->thread);
  broker->thread = (int)syscall(SYS_pidfd_open, of, K_PIDFD_THREAD);
  if (broker->thread < 0 && errno == EINVAL) {
    // Before kernel 6.9 a pidfd means a whole process; its threads share one table of descriptors. Of which of them it was
    // opened it does not tell later on, so that only the first, whose number the process has, is known again by it.
    of = process_of(call->pid);
    broker->thread = (int)syscall(SYS_pidfd_open, of, 0);
  }
  broker->thread_pid = of == call->pid ? of : 0;
  call->thread = broker->thread;
  return call->thread >= 0 && call_valid(call);
}

// Nearly always it is the thread that called last. Whoever lives is the only one with its number, and of who does not there
// is no descriptor to be had: call_descriptor finds out.
bool call_open_thread(struct call *call) {
  if (call->thread < 0 && call->broker->thread >= 0 && call->broker->thread_pid == call->pid) call->thread = call->broker->thread;
  return call->thread >= 0 || open_thread(call);
}

int call_descriptor(struct call *call, int fd) {
  int copy = (int)syscall(SYS_pidfd_getfd, call->thread, fd, 0);
  if (copy < 0 && errno == ESRCH && open_thread(call)) copy = (int)syscall(SYS_pidfd_getfd, call->thread, fd, 0);
  return copy;
}

static bool is_close_on_exec(const struct call *call, int number) {
  // Where nothing is executed any more it is the same either way, and to look costs more than all the rest of a connect.
  if (call->broker->is_ready && !call->broker->plan->exec_after_ready) return true;
  char path[64], line[64];
  unsigned flags = 0;
  snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", call->pid, number);
  FILE *info = fopen(path, "re");
  if (!info) return true;
  while (fgets(line, sizeof line, info))
    if (sscanf(line, "flags: %o", &flags) == 1) break;
  fclose(info);
  return flags & O_CLOEXEC;
}

bool call_replace(const struct call *call, int fd, int number) {
  struct k_seccomp_notif_addfd addfd = {.id = call->id,
                                        .flags = K_SECCOMP_ADDFD_FLAG_SETFD,
                                        .srcfd = (uint32_t)fd,
                                        .newfd = (uint32_t)number,
                                        .newfd_flags = is_close_on_exec(call, number) ? O_CLOEXEC : 0};
  return ioctl(call->broker->listener, K_SECCOMP_IOCTL_NOTIF_ADDFD, &addfd) >= 0;
}

bool call_give(const struct call *call, int fd, int flags) {
  struct k_seccomp_notif_addfd addfd = {.id = call->id, .flags = K_SECCOMP_ADDFD_FLAG_SEND, .srcfd = (uint32_t)fd, .newfd_flags = (uint32_t)flags};
  return ioctl(call->broker->listener, K_SECCOMP_IOCTL_NOTIF_ADDFD, &addfd) >= 0 || errno == ENOENT;
}

// ENOENT: the caller has died meanwhile. Without an answer it would wait for ever.
static void send_answer(const struct call *call, struct seccomp_notif_resp *response) {
  for (int tries = 0; tries < 3; tries++)
    if (ioctl(call->broker->listener, SECCOMP_IOCTL_NOTIF_SEND, response) == 0 || errno == ENOENT) return;
}

void call_answer(const struct call *call, int64_t value) {
  struct seccomp_notif_resp response = {.id = call->id, .val = value < 0 ? 0 : value, .error = value < 0 ? (int)value : 0};
  send_answer(call, &response);
}

void call_continue(const struct call *call) {
  struct seccomp_notif_resp response = {.id = call->id, .flags = K_SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  send_answer(call, &response);
}

// Reads a path for the report alone; no decision rests on it.
static void read_path(const struct call *call, uint64_t address, char *path, size_t size) {
  memset(path, 0, size);
  struct iovec here = {path, size - 1}, there = {(void *)(uintptr_t)address, size - 1};
  if (process_vm_readv(call->pid, &here, 1, &there, 1, 0) <= 0) {
    // The string may end at the end of a page with nothing mapped behind it.
    here.iov_len = there.iov_len = 4096 - (address & 4095) < size ? 4096 - (address & 4095) : size - 1;
    process_vm_readv(call->pid, &here, 1, &there, 1, 0);
  }
  if (!call_valid(call)) memset(path, 0, size); // it may have been another process's memory
}

// By phase, not by path: until the runtime is ready only our own code has run, so nothing can race; afterwards either
// nothing may be executed, or the mounts (noexec) and Landlock (EXECUTE) bound what may.
static void answer_exec(struct call *call) {
  const struct plan *plan = call->broker->plan;
  bool is_map = call->nr == SYS_mmap;
  if (!call->broker->is_ready || (is_map ? plan->map_after_ready : call->nr == SYS_execve && plan->exec_after_ready)) {
    call_continue(call);
    return;
  }
  char path[256] = "";
  if (call->nr == SYS_execve) read_path(call, call->args[0], path, sizeof path);
  if (call->nr == SYS_execveat) read_path(call, call->args[1], path, sizeof path);
  status_denied(is_map ? "addon" : "run", path, "filters");
  call_answer(call, is_map ? -EPERM : -EACCES);
}

// Node sizes its heap and its threads by the machine before the runtime is ready; that tells the program nothing.
static void answer_fact(struct call *call) {
  report_read(call->broker);
  if (!call->broker->is_ready) call_continue(call);
  else if (call->nr == SYS_uname) facts_uname(call);
  else if (call->nr == SYS_sysinfo) facts_sysinfo(call);
  else facts_processors(call);
}

static void dispatch(struct call *call) {
  if (call->broker->plan->record) {
    record_call(call);
    return;
  }
  switch (call->nr) {
    case SYS_execve:
    case SYS_execveat:
    case SYS_mmap:
      report_read(call->broker);
      answer_exec(call);
      return;
    case SYS_uname:
    case SYS_sysinfo:
    case SYS_sched_getaffinity:
      answer_fact(call);
      return;
    case SYS_tgkill:
    case SYS_tkill:
      abort_call(call);
      return;
    case SYS_setsockopt:
      socket_option_call(call);
      return;
    case SYS_connect:
      network_connect(call);
      return;
    case SYS_bind:
      network_bind(call);
      return;
    case SYS_listen:
      network_listen(call);
      return;
    case SYS_sendto:
      network_sendto(call);
      return;
    case SYS_sendmsg:
      network_sendmsg(call);
      return;
    case SYS_sendmmsg:
      network_sendmmsg(call);
      return;
    default:
      if (!path_call(call)) call_answer(call, -ENOSYS);
  }
}

void broker_receive(struct broker *broker) {
  struct seccomp_notif notif;
  memset(&notif, 0, sizeof notif);
  if (ioctl(broker->listener, SECCOMP_IOCTL_NOTIF_RECV, &notif) < 0) return; // ENOENT: died before we looked
  struct call call = {.broker = broker, .id = notif.id, .pid = (pid_t)notif.pid, .nr = notif.data.nr, .thread = -1};
  for (size_t i = 0; i < 6; i++) call.args[i] = notif.data.args[i];
  dispatch(&call);
}
