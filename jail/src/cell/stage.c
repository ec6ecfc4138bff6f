// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "stage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int stage_channel = -1;

void stage_use(int channel) { stage_channel = channel; }

// write() and read(), not sendmsg() and recvmsg(): once the filter stands, sendmsg is answered by the very
// supervisor that would have to receive it.
void stage_send(const struct message *message) {
  ssize_t sent;
  do sent = write(stage_channel, message, sizeof *message);
  while (sent < 0 && errno == EINTR);
  if (sent != (ssize_t)sizeof *message) _exit(EXIT_JAIL);
}

void stage_expect(enum message_kind kind) {
  struct message message;
  ssize_t got;
  do got = read(stage_channel, &message, sizeof message);
  while (got < 0 && errno == EINTR);
  if (got != (ssize_t)sizeof message || message.kind != kind) _exit(EXIT_JAIL);
}

_Noreturn void stage_fail(const char *step, const char *resource) {
  int cause = errno;
  struct message message = {.kind = MESSAGE_FAILED, .value = cause};
  snprintf(message.step, sizeof message.step, "%s", step);
  snprintf(message.resource, sizeof message.resource, "%s", resource ? resource : "");
  stage_send(&message);
  if (strcmp(step, "exec") == 0) _exit(cause == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE);
  _exit(EXIT_JAIL);
}

bool stage_answer(int channel, enum message_kind kind) {
  struct message message = {.kind = kind};
  return send(channel, &message, sizeof message, MSG_NOSIGNAL) == (ssize_t)sizeof message;
}

bool stage_has_said(int channel) {
  char first;
  return recv(channel, &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool stage_receive(int channel, struct message *message, pid_t *sender, int *fd) {
  union {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec data = {message, sizeof *message};
  struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  *fd = -1;
  if (recvmsg(channel, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != (ssize_t)sizeof *message) return false;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
    struct ucred who;
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
      memcpy(&who, CMSG_DATA(c), sizeof who);
      *sender = who.pid;
    }
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) memcpy(fd, CMSG_DATA(c), sizeof *fd);
  }
  message->step[sizeof message->step - 1] = message->resource[sizeof message->resource - 1] = '\0';
  return true;
}
