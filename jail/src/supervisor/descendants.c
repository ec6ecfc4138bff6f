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

static FILE *file_of(pid_t pid, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  return fopen(path, "re");
}

static void count_memory(pid_t pid, struct descendants *found, bool is_root) {
  char line[128];
  unsigned long long kilobytes, threads;
  FILE *status = file_of(pid, "status");
  if (!status) return;
  while (fgets(line, sizeof line, status)) {
    if (sscanf(line, "Threads: %llu", &threads) == 1) found->threads += threads;
    else if (is_root) continue;
    else if (sscanf(line, "RssAnon: %llu", &kilobytes) == 1) found->memory += kilobytes * 1024;
    else if (sscanf(line, "VmSwap: %llu", &kilobytes) == 1) found->swap += kilobytes * 1024;
  }
  fclose(status);
}

// The state, and behind the name, which may hold anything, what is in the fields 14 to 17 (proc(5)).
static char read_stat(pid_t pid, unsigned long long ticks[4]) {
  char line[1024], state = '\0';
  FILE *stat = file_of(pid, "stat");
  if (!stat) return '\0';
  size_t length = fread(line, 1, sizeof line - 1, stat);
  fclose(stat);
  line[length] = '\0';
  const char *rest = strrchr(line, ')');
  memset(ticks, 0, 4 * sizeof *ticks);
  if (!rest || sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu", &state, &ticks[0], &ticks[1], &ticks[2], &ticks[3]) < 1)
    return '\0';
  return state;
}

static void count_times(pid_t pid, struct descendants *found) {
  const unsigned long long tick_us = 1000000ull / (unsigned long long)sysconf(_SC_CLK_TCK);
  unsigned long long ticks[4];
  if (!read_stat(pid, ticks)) return;
  found->user_us += (ticks[0] + ticks[2]) * tick_us;
  found->system_us += (ticks[1] + ticks[3]) * tick_us;
}

void descendants_count(pid_t root, struct descendants *found, unsigned what) {
  static pid_t pids[DESCENDANTS_MAX];
  size_t count = descendants_list(root, pids);
  memset(found, 0, sizeof *found);
  for (size_t i = 0; i <= count; i++) {
    bool is_root = i == count;
    if (what & DESCENDANTS_MEMORY) count_memory(is_root ? root : pids[i], found, is_root);
    if (what & DESCENDANTS_TIMES) count_times(is_root ? root : pids[i], found);
  }
}

bool descendants_stop(pid_t root, bool stopped) {
  static pid_t pids[DESCENDANTS_MAX];
  size_t count = descendants_list(root, pids), others = 0;
  for (size_t i = 0; i < count; i++) {
    unsigned long long ticks[4];
    char state = read_stat(pids[i], ticks);
    if (!state || state == 'Z' || state == 'X' || (state == 'T') == stopped) continue;
    others++;
    kill(pids[i], stopped ? SIGSTOP : SIGCONT);
  }
  return !others && count < DESCENDANTS_MAX;
}
