// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "rates.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "connection_limit.h"
#include "descendants.h"
#include "status.h"

static uint64_t descriptors_of(pid_t pid) {
  char path[32];
  uint64_t count = 0;
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *descriptors = opendir(path);
  if (!descriptors) return 0;
  for (struct dirent *entry; (entry = readdir(descriptors));) count += entry->d_name[0] != '.';
  closedir(descriptors);
  return count;
}

// The limit is each process's own: the most that any of them has open.
static uint64_t open_files(pid_t init) {
  static pid_t pids[DESCENDANTS_MAX];
  uint64_t most = 0;
  const size_t count = descendants_list(init, pids);
  for (size_t i = 0; i < count; i++) {
    const uint64_t open = descriptors_of(pids[i]);
    if (open > most) most = open;
  }
  return most;
}

static bool has_scratch(const struct plan *plan) {
  for (size_t i = 0; i < plan->root_count; i++)
    if (plan->root[i].verb == ROOT_TMPFS && strcmp(plan->root[i].target, "/tmp") == 0) return true;
  return false;
}

// As the program sees it. The init has the same root, but keeps its own closed to the cell's user, who may be ours.
static void read_scratch(const struct broker *broker, struct rates *rates) {
  char path[32];
  struct statfs file_system;
  snprintf(path, sizeof path, "/proc/%d/root/tmp", broker->program);
  if (!has_scratch(broker->plan) || statfs(path, &file_system) < 0) return;
  rates->scratch = (file_system.f_blocks - file_system.f_bfree) * (uint64_t)file_system.f_bsize;
  rates->scratch_files = file_system.f_files - file_system.f_ffree;
}

bool rates_command(const char *line, const struct broker *broker, const struct relay *relay) {
  unsigned id;
  if (sscanf(line, "rates %u", &id) != 1) return false;
  struct rates rates = {.output = relay_bytes(relay)};
  if (broker->init > 0) {
    rates.open_files = open_files(broker->init);
    rates.connections = connection_count(broker);
    read_scratch(broker, &rates);
  }
  status_rates(id, &rates);
  return true;
}
