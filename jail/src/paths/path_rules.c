// SPDX-License-Identifier: Apache-2.0
#include "path_rules.h"

#include <string.h>

static bool covers(const struct path_rule *rule, const char *path) {
  size_t length = strlen(rule->path);
  if (strncmp(path, rule->path, length) != 0) return false;
  return rule->prefix || path[length] == '\0' || path[length] == '/';
}

enum path_ban path_ban(const struct path_rule *rules, size_t count, const char *path) {
  size_t longest = 0;
  enum path_ban ban = BAN_NOTHING;
  for (size_t i = 0; i < count; i++) {
    // A whole name is more than the same letters and anything behind them.
    size_t weight = strlen(rules[i].path) * 2 + !rules[i].prefix;
    if (!covers(&rules[i], path) || weight < longest) continue;
    if (weight > longest || rules[i].ban > ban) ban = rules[i].ban;
    longest = weight;
  }
  return ban;
}

bool path_leads_to_ban(const struct path_rule *rules, size_t count, const char *path) {
  size_t length = strlen(path);
  if (strcmp(path, "/") == 0) return count > 0;
  for (size_t i = 0; i < count; i++)
    if (rules[i].ban != BAN_NOTHING && strncmp(rules[i].path, path, length) == 0 && rules[i].path[length] == '/') return true;
  return false;
}
