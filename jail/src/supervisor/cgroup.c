// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "stage.h"

bool cgroup_write(const char *path, const char *value) {
  AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);
  return fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);
}

bool cgroup_read(const char *path, char *text, size_t size) {
  AUTO_FD fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);
  text[got > 0 ? got : 0] = '\0';
  return got > 0;
}

uint64_t cgroup_number(const char *path, uint64_t otherwise) {
  char text[32];
  // "max" is no number: strtoull would make it 0.
  return cgroup_read(path, text, sizeof text) && *text >= '0' && *text <= '9' ? strtoull(text, NULL, 10) : otherwise;
}

uint64_t cgroup_value(const char *text, const char *key, uint64_t otherwise) {
  size_t length = strlen(key);
  for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    if (strncmp(line, key, length) == 0 && line[length] == ' ') return strtoull(line + length, NULL, 10);
  return otherwise;
}

static size_t done; // steps of the plan: a directory that was there before is not ours to remove

const char *cgroup_make(const struct plan *plan) {
  for (size_t i = 0; i < plan->cgroup_count; i++) {
    const struct cgroup_step *step = &plan->cgroup[i];
    if (step->verb == CGROUP_MAKE && mkdir(step->path, 0755) < 0) return step->path;
    if (step->verb == CGROUP_SET && !cgroup_write(step->path, step->value)) return step->path;
    // What this kernel does not count does not have to be bounded.
    if (step->verb == CGROUP_TRY && !cgroup_write(step->path, step->value) && errno != ENOENT) return step->path;
    done = i + 1;
  }
  return NULL;
}

static const struct cgroup_step *birthplace;

int cgroup_birthplace(const struct plan *plan) {
  static const char file[] = "/cgroup.procs";
  for (size_t i = 0; i < plan->cgroup_count; i++) {
    const struct cgroup_step *step = &plan->cgroup[i];
    size_t length = strlen(step->path);
    char directory[PATH_MAX];
    struct statfs what;
    if (step->verb != CGROUP_JOIN || length < sizeof file || strcmp(step->path + length - (sizeof file - 1), file) != 0) continue;
    snprintf(directory, sizeof directory, "%.*s", (int)(length - (sizeof file - 1)), step->path);
    AUTO_FD fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstatfs(fd, &what) < 0 || what.f_type != K_CGROUP2_SUPER_MAGIC) continue;
    birthplace = step;
    return fd_take(&fd);
  }
  return -1;
}

void cgroup_forget_birthplace(void) { birthplace = NULL; }

void cgroup_join(const struct plan *plan) {
  for (size_t i = 0; i < plan->cgroup_count; i++)
    if (plan->cgroup[i].verb == CGROUP_JOIN && &plan->cgroup[i] != birthplace && !cgroup_write(plan->cgroup[i].path, "0")) stage_fail("cgroup", plan->cgroup[i].path);
}

void cgroup_remove(const struct plan *plan) {
  for (size_t i = done; i-- > 0;) {
    if (plan->cgroup[i].verb != CGROUP_MAKE) continue;
    // A process that has just died may still be counted for a moment (EBUSY).
    for (int attempt = 0; rmdir(plan->cgroup[i].path) < 0 && errno != ENOENT && attempt < 100; attempt++)
      nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  }
}

// `cordon-PID-TIME-NUMBER`, made by a host that is gone. One that has just been made may belong to a host that this pid
// namespace does not show; its supervisor joins it within milliseconds, and from then on it cannot be removed.
static bool is_left_over(const char *name) {
  static const uint64_t settled_ms = 60000;
  int pid, end = 0;
  char when[16];
  if (sscanf(name, "cordon-%10d-%15[0-9a-z]-%*9u%n", &pid, when, &end) != 2 || !end || name[end] || pid <= 0) return false;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t made = strtoull(when, NULL, 36), now_ms = (uint64_t)now.tv_sec * 1000;
  return kill(pid, 0) < 0 && errno == ESRCH && made + settled_ms < now_ms;
}

void cgroup_sweep(const struct plan *plan) {
  for (size_t i = 0; i < plan->cgroup_count; i++) {
    if (plan->cgroup[i].verb != CGROUP_SWEEP) continue;
    DIR *directory = opendir(plan->cgroup[i].path);
    if (!directory) continue;
    for (struct dirent *entry; (entry = readdir(directory));) {
      if (!is_left_over(entry->d_name)) continue;
      // Frozen by v1's freezer, a cell's processes cannot even die.
      char state[sizeof entry->d_name + 16];
      snprintf(state, sizeof state, "%s/freezer.state", entry->d_name);
      AUTO_FD frozen = openat(dirfd(directory), state, O_WRONLY | O_CLOEXEC);
      if (frozen >= 0 && write(frozen, "THAWED", strlen("THAWED")) < 0) continue;
      unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR); // EBUSY: processes are in it
    }
    closedir(directory);
  }
}
