// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "descendants.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool descendants_listed(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
  return access(path, R_OK) == 0;
}

// Whether every list could be read, the last time. What has gone meanwhile has no list.
static bool listed_all;

static void miss(void) {
  if (errno != ENOENT && errno != ESRCH) listed_all = false;
}

// Appends the children of `pid`, over all its threads, to `pids`.
static size_t children(pid_t pid, pid_t *pids, size_t count) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  if (!tasks) {
    miss();
    return count;
  }
  for (struct dirent *task; errno = 0, (task = readdir(tasks));) {
    if (task->d_name[0] == '.') continue;
    char list[sizeof path + sizeof task->d_name + 16];
    snprintf(list, sizeof list, "%s/%s/children", path, task->d_name);
    FILE *file = fopen(list, "re");
    if (!file) miss();
    int child;
    while (file && count < DESCENDANTS_MAX && fscanf(file, "%d", &child) == 1) pids[count++] = child;
    if (file) fclose(file);
  }
  if (errno) miss();
  closedir(tasks);
  return count;
}

// In breadth-first order.
size_t descendants_list(pid_t root, pid_t *pids) {
  listed_all = true;
  size_t count = children(root, pids, 0);
  for (size_t next = 0; next < count; next++) count = children(pids[next], pids, count);
  return count;
}

static bool is_among(pid_t pid, const pid_t *pids, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (pids[i] == pid) return true;
  return false;
}

void descendants_kill(const pid_t *spared, size_t spared_count) {
  static pid_t pids[DESCENDANTS_MAX];
  // Whoever forks between the listing and the kill is listed in the next round; a round without anybody is the end.
  for (;;) {
    size_t count = descendants_list(getpid(), pids), killed = 0;
    for (size_t i = 0; i < count; i++)
      if (!is_among(pids[i], spared, spared_count)) killed++, kill(pids[i], SIGKILL);
    if (!killed && listed_all) return;
    if (!killed) { // a list could not be read for want of a descriptor or of memory: the next one may
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
      continue;
    }
    while (waitpid(-1, NULL, 0) < 0 && errno == EINTR) {}
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
  }
}

uint64_t descendants_memory(pid_t root) {
  static pid_t pids[DESCENDANTS_MAX];
  size_t count = descendants_list(root, pids);
  uint64_t pages = 0;
  for (size_t i = 0; i < count; i++) {
    char path[32];
    unsigned long size, resident, shared;
    snprintf(path, sizeof path, "/proc/%d/statm", pids[i]);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%lu %lu %lu", &size, &resident, &shared) == 3 && resident > shared) pages += resident - shared;
    if (file) fclose(file);
  }
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
