// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "connection_limit.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descendants.h"
#include "monotonic.h"
#include "status.h"

enum { LOOK_EVERY_MS = 20 };

// Sockets that were given out, by their inodes; those that are closed stay here until somebody looks.
static struct given {
  uint64_t inode;
  bool found;
} *given;
static uint64_t given_count, looked_ms, met_open, met_rate, most_new;

static int by_inode(const void *left, const void *right) {
  const struct given *a = left, *b = right;
  return a->inode < b->inode ? -1 : a->inode > b->inode;
}

static struct given *find(uint64_t inode) { return bsearch(&(struct given){.inode = inode}, given, given_count, sizeof *given, by_inode); }

static void look_at(pid_t pid) {
  char path[64], link[64];
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *descriptors = opendir(path);
  if (!descriptors) return;
  for (struct dirent *entry; (entry = readdir(descriptors));) {
    unsigned long long inode;
    ssize_t length = readlinkat(dirfd(descriptors), entry->d_name, link, sizeof link - 1);
    if (length <= 0) continue;
    link[length] = '\0';
    struct given *one = sscanf(link, "socket:[%llu]", &inode) == 1 ? find(inode) : NULL;
    if (one) one->found = true;
  }
  closedir(descriptors);
}

// Forgets those that no descriptor of the cell's leads to any more.
static void look(const struct broker *broker) {
  static pid_t pids[DESCENDANTS_MAX];
  const size_t count = descendants_list(broker->init, pids);
  for (uint64_t i = 0; i < given_count; i++) given[i].found = false;
  qsort(given, given_count, sizeof *given, by_inode);
  for (size_t i = 0; i < count; i++) look_at(pids[i]);
  uint64_t kept = 0;
  for (uint64_t i = 0; i < given_count; i++)
    if (given[i].found) given[kept++] = given[i];
  given_count = kept;
  looked_ms = clock_ms();
}

static int refuse(const char *limit, uint64_t value, uint64_t peak, uint64_t count, int cause) {
  status_limit(&(struct met_limit){.limit = limit, .effect = "refused", .by = "supervisor", .value = value, .peak = peak, .count = count});
  return cause;
}

// As many as the limit says at once, then as many a second.
static bool is_too_fast(uint64_t rate) {
  static uint64_t left_ms, seen_ms, second_ms, in_second;
  const uint64_t cost = 1000000 / rate, full = rate * cost, now = clock_ms(), quiet = (seen_ms ? now - seen_ms : 1000) * 1000;
  seen_ms = now;
  left_ms = quiet >= full - left_ms ? full : left_ms + quiet;
  if (now - second_ms >= 1000) second_ms = now, in_second = 0;
  if (++in_second > most_new) most_new = in_second;
  if (left_ms < cost) return true;
  left_ms -= cost;
  return false;
}

int connection_admit(const struct broker *broker) {
  const struct plan *plan = broker->plan;
  if (plan->connections) {
    if (!given) given = calloc(plan->connections, sizeof *given);
    if (!given) return ENOBUFS; // what cannot be counted is not opened
    if (given_count >= plan->connections && (!looked_ms || clock_ms() - looked_ms >= LOOK_EVERY_MS)) look(broker);
    if (given_count >= plan->connections) return refuse("connections", plan->connections, given_count, ++met_open, ENOBUFS);
  }
  if (plan->connect_rate && is_too_fast(plan->connect_rate)) return refuse("connectRate", plan->connect_rate, most_new, ++met_rate, EAGAIN);
  return 0;
}

void connection_opened(const struct broker *broker, int fd, bool is_new) {
  const uint64_t most = broker->plan->connections;
  struct stat file;
  if (!given || fstat(fd, &file) < 0) return;
  for (uint64_t i = 0; !is_new && i < given_count; i++)
    if (given[i].inode == file.st_ino) return;
  if (given_count < most) given[given_count++].inode = file.st_ino;
}

uint64_t connection_count(const struct broker *broker) {
  if (!broker->plan->connections) return 0;
  look(broker);
  return given_count;
}
