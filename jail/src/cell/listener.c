// SPDX-License-Identifier: Apache-2.0
// How the filter's notification descriptor gets to the supervisor. Once the filter stands, sendmsg(2) is a call that
// waits for whoever holds that very descriptor, so the program cannot send it. The supervisor takes it out of the
// program's table; where pidfd_getfd(2) is refused (Docker's default profile), a helper that was made before the filter,
// and shares the table, sends it.
#define _GNU_SOURCE
#include "listener.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "stage.h"

// One's own process may always be traced: what is refused is the call.
int listener_can_be_taken(void) {
  AUTO_FD self = (int)syscall(SYS_pidfd_open, getpid(), 0);
  if (self < 0) return errno;
  AUTO_FD copy = (int)syscall(SYS_pidfd_getfd, self, self, 0);
  return copy < 0 ? errno : 0;
}

static void send_listener(int channel, int listener) {
  union {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof listener)];
  } control = {0};
  struct message message = {.kind = MESSAGE_HANDED};
  struct iovec data = {&message, sizeof message};
  struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
  *cmsg = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof listener)};
  memcpy(CMSG_DATA(cmsg), &listener, sizeof listener);
  sendmsg(channel, &header, MSG_NOSIGNAL);
}

// How long either waits for the other: their table is shared, so there is no end of the pair to be seen.
static const struct timeval patience = {.tv_sec = 5};

// A sibling of the program's, which the init reaps: the program has no children that it did not make. `ends` are those
// of a pair of sockets.
static void start_helper(int channel, const int ends[2]) {
  long pid = syscall(SYS_clone, CLONE_FILES | CLONE_PARENT, 0, 0, 0, 0);
  if (pid < 0) stage_fail("seccomp", "helper");
  if (pid > 0) return;
  int listener = -1;
  // Should the program die, nobody would ever write.
  setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (read(ends[1], &listener, sizeof listener) == (ssize_t)sizeof listener && listener >= 0) send_listener(channel, listener);
  if (write(ends[1], &listener, sizeof listener) < 0) _exit(EXIT_JAIL);
  _exit(0);
}

static int install(const struct plan *plan) {
  struct sock_fprog program = {.len = (unsigned short)plan->filter_count, .filter = plan->filter};
  // WAIT_KILLABLE_RECV (5.19): a call that the supervisor is answering is not restarted by ordinary signals.
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                      K_SECCOMP_FILTER_FLAG_NEW_LISTENER | K_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
}

void listener_install(const struct plan *plan, int channel) {
  // Also without a filter the supervisor gets a message here: it tells which process the program is.
  struct message message = {.kind = MESSAGE_LISTENER, .value = -1};
  if (!plan->filter) {
    stage_send(&message);
    stage_expect(MESSAGE_TAKEN);
    return;
  }
  int ends[2] = {-1, -1};
  bool has_helper = listener_can_be_taken() != 0;
  if (has_helper) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) stage_fail("seccomp", "helper");
    // The helper has the other end in our own table: of its death there would be no word.
    if (setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0) stage_fail("seccomp", "helper");
    start_helper(channel, ends);
  }
  int listener = install(plan), cause = errno;
  if (has_helper) {
    // Also where there is no listener: the helper must not wait for one.
    int done;
    if (write(ends[0], &listener, sizeof listener) != (ssize_t)sizeof listener || read(ends[0], &done, sizeof done) != (ssize_t)sizeof done) _exit(EXIT_JAIL);
    close(ends[0]), close(ends[1]);
  }
  errno = cause;
  if (listener < 0) stage_fail("seccomp", "filter");
  message.value = listener;
  stage_send(&message);
  stage_expect(MESSAGE_TAKEN);
  close(listener);
  if (plan->record) return; // this filter refuses nothing
  if (unshare(CLONE_NEWUSER) == 0 || (errno != EPERM && errno != ENOSYS)) {
    errno = EPERM;
    stage_fail("seccomp", "unshare was not refused");
  }
}
