// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "channel.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "errno_name.h"
#include "fd.h"
#include "network.h"
#include "stage.h"

enum { MAX_REQUESTS = 256 };

struct request {
  unsigned id;
  uint16_t port;
};

static struct request requests[MAX_REQUESTS]; // that the init has still to answer
static size_t first, count;

static struct delivery {
  int fd; // -1: free
  unsigned id;
  uint32_t generation; // tells an event for the place's former user from one for the present one
} deliveries[MAX_REQUESTS]; // that are connecting
static size_t delivery_count; // places that were ever in use

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
  snprintf(line, sizeof line, "{\"id\":%u,\"errno\":\"%s\"}\n", id, errno_name(cause));
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

static void hand_over(int channel, unsigned id, int fd, int cause) {
  char line[160];
  if (cause) {
    refuse(channel, id, cause);
    return;
  }
  snprintf(line, sizeof line, "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"id\":%u}}\n", id);
  send_line(channel, line, fd);
}

// The far end is in the kernel's own loopback: the handshake is done at once, but for a program that lets its queue
// of connections run full. Nothing else may wait for that.
static int connect_loopback(int fd, uint16_t port) {
  struct sockaddr_storage address;
  socklen_t length;
  int retries = 1; // 3 seconds altogether
  if (!network_listener(port, &address, &length)) return ECONNREFUSED;
  setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof retries);
  return connect(fd, (struct sockaddr *)&address, length) == 0 ? 0 : errno;
}

static uint64_t tag_of(size_t i) { return (uint64_t)deliveries[i].generation << 32 | (TAG_DELIVERY + i); }

static int wait_for(int epoll, unsigned id, int *fd) {
  size_t i = 0;
  while (i < delivery_count && deliveries[i].fd >= 0) i++;
  if (i == MAX_REQUESTS) return EAGAIN;
  if (i == delivery_count) deliveries[delivery_count++].fd = -1;
  deliveries[i].id = id;
  deliveries[i].generation++;
  struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT, .data.u64 = tag_of(i)};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, *fd, &event) < 0) return errno;
  deliveries[i].fd = fd_take(fd);
  return 0;
}

void channel_deliver(int channel, int epoll, int *fd, int cause) {
  if (!count) return;
  struct request request = requests[first];
  first = (first + 1) % MAX_REQUESTS;
  count--;
  if (*fd < 0 && !cause) cause = EIO;
  if (*fd >= 0) cause = connect_loopback(*fd, request.port);
  if (cause == EINPROGRESS) {
    cause = wait_for(epoll, request.id, fd);
    if (!cause) return;
  }
  hand_over(channel, request.id, *fd, cause);
}

void channel_finish(int channel, int epoll, uint64_t tag) {
  size_t i = (uint32_t)tag - TAG_DELIVERY;
  if (i >= delivery_count || deliveries[i].fd < 0 || tag != tag_of(i)) return;
  int cause = 0;
  socklen_t size = sizeof cause;
  if (getsockopt(deliveries[i].fd, SOL_SOCKET, SO_ERROR, &cause, &size) < 0) cause = errno;
  epoll_ctl(epoll, EPOLL_CTL_DEL, deliveries[i].fd, NULL); // the host's copy lives on
  hand_over(channel, deliveries[i].id, deliveries[i].fd, cause);
  fd_close(&deliveries[i].fd);
}

void channel_discard(int *channel) {
  char dropped[1024];
  ssize_t got = recv(*channel, dropped, sizeof dropped, MSG_DONTWAIT);
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return;
  close(*channel);
  *channel = -1;
}
