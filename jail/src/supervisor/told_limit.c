// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "told_limit.h"

#include <string.h>

#include "status.h"

static uint64_t open_files(const struct plan *plan) {
  for (size_t i = 0; i < plan->rlimit_count; i++)
    if (plan->rlimits[i].resource == RLIMIT_NOFILE) return plan->rlimits[i].value.rlim_cur;
  return 0;
}

static const struct root_step *scratch(const struct plan *plan) {
  for (size_t i = 0; i < plan->root_count; i++)
    if (plan->root[i].verb == ROOT_TMPFS && strcmp(plan->root[i].target, "/tmp") == 0) return &plan->root[i];
  return NULL;
}

void told_limit(const struct plan *plan, const char *name) {
  static uint64_t counts[3];
  static const char *const names[3] = {"openFiles", "scratch", "scratchFiles"};
  const struct root_step *tmpfs = scratch(plan);
  const uint64_t values[3] = {open_files(plan), tmpfs ? tmpfs->size : 0, tmpfs ? tmpfs->inodes : 0};
  for (size_t i = 0; i < 3; i++) {
    if (strcmp(name, names[i]) != 0 || !values[i]) continue;
    status_limit(&(struct met_limit){.limit = names[i], .effect = "refused", .by = i ? "tmpfs" : "rlimit", .value = values[i], .peak = values[i], .count = ++counts[i]});
  }
}
