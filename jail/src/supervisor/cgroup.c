// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

static bool write_value(const char *path, const char *value) {
  AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);
  return fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);
}

static size_t done; // steps of the plan: a directory that was there before is not ours to remove

const char *cgroup_make(const struct plan *plan) {
  for (size_t i = 0; i < plan->cgroup_count; i++) {
    const struct cgroup_step *step = &plan->cgroup[i];
    if (step->verb == CGROUP_MAKE && mkdir(step->path, 0755) < 0) return step->path;
    if (step->verb == CGROUP_SET && !write_value(step->path, step->value)) return step->path;
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
    if (plan->cgroup[i].verb == CGROUP_JOIN && &plan->cgroup[i] != birthplace && !write_value(plan->cgroup[i].path, "0")) stage_fail("cgroup", plan->cgroup[i].path);
}

uint64_t cgroup_memory_kills(const struct plan *plan) {
  if (!plan->memory_events) return 0;
  char text[512] = "";
  AUTO_FD fd = open(plan->memory_events, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || read(fd, text, sizeof text - 1) <= 0) return 0;
  const char *kills = strstr(text, "oom_kill ");
  return kills ? strtoull(kills + strlen("oom_kill "), NULL, 10) : 0;
}

void cgroup_remove(const struct plan *plan) {
  for (size_t i = done; i-- > 0;) {
    if (plan->cgroup[i].verb != CGROUP_MAKE) continue;
    // A process that has just died may still be counted for a moment (EBUSY).
    for (int attempt = 0; rmdir(plan->cgroup[i].path) < 0 && errno != ENOENT && attempt < 100; attempt++)
      nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  }
}
