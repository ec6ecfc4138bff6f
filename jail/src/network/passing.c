// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "passing.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared.h"

union control {
  struct cmsghdr align;
  unsigned char room[CMSG_SPACE(MOST_PASSED * sizeof(int))];
};

// An end of socketpair(2): neither it nor its peer has a name. What was connected has a peer with one, and what was
// accepted has its listener's.
static bool is_pair(int fd) {
  struct sockaddr_storage name;
  socklen_t own = sizeof name, peer = sizeof name;
  return getsockname(fd, (struct sockaddr *)&name, &own) == 0 && own == sizeof name.ss_family &&
         getpeername(fd, (struct sockaddr *)&name, &peer) == 0 && peer == sizeof name.ss_family;
}

int passing_gather(struct call *call, const struct msghdr *header, const struct socket_view *view, struct passed *passed) {
  union control control = {0};
  int numbers[MOST_PASSED];
  if (header->msg_controllen == 0) return 0;
  // Made in the cell's network namespace: both ends are the cell's. What the broker has connected, or the host has left
  // open for the program, was made outside.
  if (view->family != AF_UNIX || view->outside || !is_pair(view->fd)) return -EACCES;
  if (header->msg_controllen < sizeof(struct cmsghdr) || header->msg_controllen > sizeof control) return -EINVAL;
  if (!call_read(call, (uintptr_t)header->msg_control, &control, header->msg_controllen)) return -EFAULT;
  size_t length = control.align.cmsg_len, start = CMSG_LEN(0);
  if (control.align.cmsg_level != SOL_SOCKET || control.align.cmsg_type != SCM_RIGHTS) return -EACCES;
  if (length < start || length > header->msg_controllen || CMSG_ALIGN(length) < header->msg_controllen || (length - start) % sizeof(int) != 0)
    return -EINVAL; // more than one is nobody's need
  memcpy(numbers, control.room + start, length - start);
  for (size_t i = 0; i < (length - start) / sizeof(int); i++) {
    int fd = call_descriptor(call, numbers[i]);
    if (fd < 0) return errno == EBADF ? -EBADF : -EACCES;
    passed->fds[passed->count++] = fd;
  }
  return call_valid(call) ? 0 : -EFAULT;
}

ssize_t passing_send(int fd, void *data, size_t length, int flags, const struct passed *passed) {
  union control control = {0};
  struct iovec segment = {data, length};
  struct msghdr header = {.msg_iov = &segment, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(passed->count * sizeof(int))};
  control.align = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(passed->count * sizeof(int))};
  memcpy(CMSG_DATA(&control.align), passed->fds, passed->count * sizeof(int));
  return sendmsg(fd, &header, flags);
}

void passing_close(struct passed *passed) {
  while (passed->count) shared_close(&passed->fds[--passed->count]);
}
