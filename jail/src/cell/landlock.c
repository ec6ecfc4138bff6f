// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "pinned_file.h"
#include "stage.h"

int landlock_abi(void) {
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, K_LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? 0 : (int)abi;
}

// The plan's paths are resolved already: a link that has appeared in one since would widen the rule. /proc/self is the
// one link that is meant, and the kernel's own.
static int open_rule(const char *path) {
  struct k_open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS};
  if (strcmp(path, "/proc/self") == 0) return open(path, O_PATH | O_CLOEXEC);
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

void landlock_restrict(const struct plan *plan) {
  if (!plan->landlock) return;
  struct k_landlock_ruleset_attr attr = {plan->landlock_fs, plan->landlock_net, plan->landlock_scoped};
  AUTO_FD rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
  if (rules < 0) stage_fail("landlock", "rule set");
  for (size_t i = 0; i < plan->landlock_count; i++) {
    const struct landlock_path *rule = &plan->landlock_paths[i];
    AUTO_FD path = open_rule(rule->path);
    struct k_landlock_path_beneath_attr beneath = {.allowed_access = rule->rights, .parent_fd = path};
    // Without mounts the rule is what ties the grant to the file that was hashed.
    if (path >= 0 && !pinned_file_holds(plan, rule->path, path)) stage_fail("pin", rule->path);
    if (path < 0 || syscall(SYS_landlock_add_rule, rules, K_LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0)
      stage_fail("landlock", rule->path);
  }
  if (syscall(SYS_landlock_restrict_self, rules, 0) < 0) stage_fail("landlock", "restrict");
}
