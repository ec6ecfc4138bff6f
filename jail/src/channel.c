// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network.h"
#include "stage.h"

enum { MAX_REQUESTS = 256, LOOPBACK_MS = 1000 };

struct request {
  unsigned id;
  uint16_t port;
};

static struct request requests[MAX_REQUESTS];
static size_t first, count;

static void send_line(int channel, const char *line, int fd) {
  union {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof fd)];
  } control = {0};
  struct iovec data = {(void *)(uintptr_t)line, strlen(line)};
  struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1};
  if (fd >= 0) {
    header.msg_control = &control;
    header.msg_controllen = sizeof control;
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
    *cmsg = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
    memcpy(CMSG_DATA(cmsg), &fd, sizeof fd);
  }
  // A host that does not read its channel loses the connection that it asked for, nothing else.
  sendmsg(channel, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void refuse(int channel, unsigned id, int cause) {
  char line[96];
  const char *name = strerrorname_np(cause);
  snprintf(line, sizeof line, "{\"id\":%u,\"errno\":\"%s\"}\n", id, name ? name : "EIO");
  send_line(channel, line, -1);
}

void channel_request(int channel, int init_channel, unsigned id, uint16_t port) {
  struct sockaddr_storage address;
  socklen_t length;
  struct message message = {.kind = MESSAGE_SOCKET};
  if (channel < 0) return;
  if (!network_listener(port, &address, &length)) {
    refuse(channel, id, ECONNREFUSED);
    return;
  }
  message.value = address.ss_family;
  if (count == MAX_REQUESTS || init_channel < 0 || send(init_channel, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    refuse(channel, id, EAGAIN);
    return;
  }
  requests[(first + count++) % MAX_REQUESTS] = (struct request){id, port};
}

// The far end is in the kernel's own loopback: the handshake is done at once or not at all.
static int connect_loopback(int fd, uint16_t port) {
  struct sockaddr_storage address;
  socklen_t length, size = sizeof(int);
  int cause = 0;
  if (!network_listener(port, &address, &length)) return ECONNREFUSED;
  if (connect(fd, (struct sockaddr *)&address, length) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  struct pollfd writable = {.fd = fd, .events = POLLOUT};
  if (poll(&writable, 1, LOOPBACK_MS) <= 0) return ETIMEDOUT;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &size) < 0 ? errno : cause;
}

void channel_deliver(int channel, int fd, int cause) {
  char line[160];
  if (!count) return;
  struct request request = requests[first];
  first = (first + 1) % MAX_REQUESTS;
  count--;
  if (fd >= 0) cause = connect_loopback(fd, request.port);
  if (fd < 0 || cause) {
    refuse(channel, request.id, cause ? cause : EIO);
    return;
  }
  snprintf(line, sizeof line, "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"id\":%u}}\n", request.id);
  send_line(channel, line, fd);
}

void channel_discard(int *channel) {
  char dropped[1024];
  ssize_t got = recv(*channel, dropped, sizeof dropped, MSG_DONTWAIT);
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return;
  close(*channel);
  *channel = -1;
}
