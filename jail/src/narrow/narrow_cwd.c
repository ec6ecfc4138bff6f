// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descendants.h"
#include "narrow.h"

static bool is_covered(const struct narrowing *n, const char *path) {
  for (size_t i = 0; i < n->count; i++) {
    size_t length = strlen(n->steps[i].path);
    if (length == 1 || (strncmp(path, n->steps[i].path, length) == 0 && (path[length] == '\0' || path[length] == '/'))) return true;
  }
  return false;
}

static bool mount_of(const char *path, uint64_t *id) {
  struct statx now;
  if (statx(AT_FDCWD, path, AT_NO_AUTOMOUNT, STATX_MNT_ID, &now) < 0) return false;
  *id = now.stx_mnt_id;
  return now.stx_mask & STATX_MNT_ID;
}

// Whether the process's working directory is what anybody finds now who goes there by its path.
static bool is_where_it_says(pid_t pid, pid_t program, const char *text) {
  char link[64], place[PATH_MAX + 64];
  uint64_t own, found;
  snprintf(link, sizeof link, "/proc/%d/cwd", pid);
  snprintf(place, sizeof place, "/proc/%d/root%s", program, text);
  return mount_of(link, &own) && mount_of(place, &found) && own == found;
}

void narrow_know_keeper(struct narrow *narrow, pid_t program, pid_t init) {
  static pid_t pids[DESCENDANTS_MAX];
  if (!narrow->plan->path_rule_count) return;
  size_t count = descendants_list(init, pids);
  for (size_t i = 0; i < count; i++)
    if (pids[i] != program) narrow->keeper = pids[i];
}

bool narrow_left_inside(const struct narrow *narrow, pid_t program, pid_t init) {
  static pid_t pids[DESCENDANTS_MAX];
  const struct narrowing *n = &narrow->next;
  size_t count = descendants_list(init, pids);
  for (size_t i = 0; i < count; i++) {
    char link[64], text[PATH_MAX];
    snprintf(link, sizeof link, "/proc/%d/cwd", pids[i]);
    ssize_t length = readlink(link, text, sizeof text - 1);
    if (length < 0 && (errno == ENOENT || errno == ESRCH)) continue; // gone, or a zombie
    // Nobody but root may look into the keeper; it works in the root directory.
    if (length < 0 && pids[i] == narrow->keeper) continue;
    if (length < 0) return true;
    text[length] = '\0';
    if (is_covered(n, text) && !is_where_it_says(pids[i], program, text)) return true;
  }
  return false;
}
