// SPDX-License-Identifier: Apache-2.0
// least_broker PROGRAM ARGUMENT...: runs it under a filter that hands over connect(2) and nothing else, and does on its
// behalf what no broker can leave out: it copies the address, takes the program's socket, connects one of its own and puts
// that in its place. It decides nothing, carries nothing over and walls nothing off: what it costs is the least that a
// broker costs on this machine. io_uring is not there, as in a cell.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Distributions' headers are older than these.
#define SYNC_WAKE_UP 1UL
#define NOTIF_SET_FLAGS _IOW('!', 4, __u64)
enum { PIDFD_OF_THREAD = O_EXCL, URING_SETUP = 425 };

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int install(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, URING_SETUP, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) die("no_new_privs");
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

// The number of the child's listener, of which the parent then takes a copy.
static int listener_of(pid_t child, int number) {
  int process = (int)syscall(SYS_pidfd_open, child, 0);
  int listener = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, number, 0);
  if (listener < 0) die("listener");
  close(process);
  return listener;
}

static void answer(int listener) {
  static int thread = -1;
  static __u32 thread_pid;
  struct seccomp_notif call = {0};
  struct sockaddr_storage address = {0};
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) return;
  if (thread_pid != call.pid) {
    if (thread >= 0) close(thread);
    thread = (int)syscall(SYS_pidfd_open, call.pid, PIDFD_OF_THREAD);
    if (thread < 0 && errno == EINVAL) thread = (int)syscall(SYS_pidfd_open, call.pid, 0);
    thread_pid = call.pid;
  }
  const int number = (int)call.data.args[0];
  const socklen_t length = call.data.args[2] < sizeof address ? (socklen_t)call.data.args[2] : sizeof address;
  struct iovec here = {&address, length}, there = {(void *)(uintptr_t)call.data.args[1], length};
  int theirs = (int)syscall(SYS_pidfd_getfd, thread, number, 0), type = 0;
  socklen_t size = sizeof type;
  struct seccomp_notif_resp response = {.id = call.id, .error = -EACCES};
  if (theirs >= 0 && getsockopt(theirs, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && process_vm_readv((pid_t)call.pid, &here, 1, &there, 1, 0) == (ssize_t)length &&
      ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id) == 0) {
    const int nonblocking = fcntl(theirs, F_GETFL) & O_NONBLOCK;
    const int ours = socket(address.ss_family, type | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
    response.error = connect(ours, (struct sockaddr *)&address, length) < 0 ? -errno : 0;
    struct seccomp_notif_addfd put = {.id = call.id, .flags = SECCOMP_ADDFD_FLAG_SETFD, .srcfd = (__u32)ours, .newfd = (__u32)number, .newfd_flags = O_CLOEXEC};
    ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &put);
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
    close(ours);
  } else {
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
  }
  if (theirs >= 0) close(theirs);
}

int main(int argc, char **argv) {
  int told[2], taken[2], listener = -1;
  char word = 'x';
  if (argc < 2) return 2;
  if (pipe2(told, O_CLOEXEC) < 0 || pipe2(taken, O_CLOEXEC) < 0) die("pipe");
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    listener = install();
    if (listener < 0 || write(told[1], &listener, sizeof listener) < 0 || read(taken[0], &word, 1) != 1) die("seccomp");
    close(listener);
    execv(argv[1], argv + 1);
    die(argv[1]);
  }
  close(told[1]);
  if (read(told[0], &listener, sizeof listener) != sizeof listener) die("child");
  listener = listener_of(child, listener);
  if (write(taken[1], &word, 1) < 0) die("child");
  close(0), close(1); // the program's alone
  ioctl(listener, NOTIF_SET_FLAGS, SYNC_WAKE_UP);
  struct epoll_event event = {.events = EPOLLIN};
  int queue = epoll_create1(EPOLL_CLOEXEC);
  if (queue < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event) < 0) die("epoll");
  for (;;) {
    if (epoll_wait(queue, &event, 1, -1) < 1) continue;
    if (!(event.events & EPOLLIN)) return 0; // nobody is left under the filter
    answer(listener);
  }
}
