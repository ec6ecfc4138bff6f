// SPDX-License-Identifier: Apache-2.0
// The verb for paths that are denied whether they exist or not.
#include <string.h>

#include "plan_reader.h"
#include "words.h"

// The start of a name behind a directory, "/srv/.env" or "/srv/": the directory is a path.
static bool is_start(char *word) {
  char *slash = strrchr(word, '/');
  if (!slash) return false;
  *slash = '\0';
  bool is = slash == word || word_is_path(word);
  *slash = '/';
  return is;
}

// path PATH exact|prefix all|write|nothing
bool plan_read_path(struct reader *r) {
  struct plan *p = r->plan;
  struct path_rule rule = {.path = r->words[1]};
  if (!word_one_of(r->words[2], "prefix", "exact", &rule.prefix)) return plan_refuse(r, "expected exact or prefix");
  if (rule.prefix ? !is_start(r->words[1]) : !word_is_path(rule.path) || rule.path[1] == '\0') return plan_refuse(r, "expected an absolute, normalised path");
  if (!strcmp(r->words[3], "all")) rule.ban = BAN_ALL;
  else if (!strcmp(r->words[3], "write")) rule.ban = BAN_WRITE;
  else if (strcmp(r->words[3], "nothing") != 0) return plan_refuse(r, "expected all, write or nothing");
  struct path_rule *rules = plan_grow(p->path_rules, p->path_rule_count, &r->path_room, sizeof *rules, PLAN_MAX_RULES);
  if (!rules) return plan_refuse(r, "too many rules");
  p->path_rules = rules;
  rules[p->path_rule_count++] = rule;
  return true;
}
