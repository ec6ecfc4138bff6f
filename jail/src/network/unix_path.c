// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "unix_path.h"

#include <limits.h>
#include <string.h>

static bool is_below(const char *path, const char *directory) {
  size_t length = strlen(directory);
  if (!directory[1]) return true; // the root
  return strncmp(path, directory, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

// Adds the components of `path` to `into`, a normalised path whose root is "" here.
static bool add(char *into, size_t size, const char *path) {
  size_t length = strlen(into);
  while (*path) {
    size_t component = strcspn(path, "/");
    if (component == 2 && path[0] == '.' && path[1] == '.') {
      char *slash = strrchr(into, '/');
      length = slash ? (size_t)(slash - into) : 0;
    } else if (component && !(component == 1 && path[0] == '.')) {
      if (length + component + 2 > size) return false;
      into[length] = '/';
      memcpy(into + length + 1, path, component);
      length += component + 1;
    }
    into[length] = '\0';
    path += component;
    path += *path == '/';
  }
  return true;
}

static const struct unix_alias *alias_of(const struct plan *plan, const char *path) {
  const struct unix_alias *best = NULL;
  for (size_t i = 0; i < plan->unix_alias_count; i++) {
    const struct unix_alias *alias = &plan->unix_aliases[i];
    if (is_below(path, alias->path) && (!best || strlen(alias->path) > strlen(best->path))) best = alias;
  }
  return best;
}

bool unix_resolve(const struct plan *plan, const char *directory, const char *written, char *real, size_t size) {
  char whole[PATH_MAX] = "";
  if (written[0] != '/' && !add(whole, sizeof whole, directory)) return false;
  if (!add(whole, sizeof whole, written)) return false;
  const struct unix_alias *alias = alias_of(plan, whole);
  real[0] = '\0';
  if (!add(real, size, alias ? alias->real : whole)) return false;
  if (alias && !add(real, size, whole + strlen(alias->path))) return false;
  if (!real[0]) memcpy(real, "/", 2);
  return true;
}

const struct unix_rule *unix_rule_for(const struct plan *plan, const char *real) {
  for (size_t i = 0; i < plan->unix_count; i++) {
    const struct unix_rule *rule = &plan->unix_rules[i];
    if (rule->prefix ? strncmp(real, rule->path, strlen(rule->path)) == 0 : is_below(real, rule->path)) return rule;
  }
  return NULL;
}

bool unix_is_replaceable(const struct plan *plan, const char *real) {
  for (size_t i = 0; i < plan->unix_writable_count; i++)
    if (is_below(real, plan->unix_writable[i]) && strcmp(real, plan->unix_writable[i]) != 0) return true;
  return false;
}
