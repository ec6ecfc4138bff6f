// SPDX-License-Identifier: Apache-2.0
// The verbs of a plan that say which unix sockets the broker reaches.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan_reader.h"
#include "words.h"

static const char expected_path[] = "expected an absolute, normalised path";

// The start of an entry's name, behind a directory: "/run/app-", "/run/".
static bool is_prefix(char *path) {
  char *slash = strrchr(path, '/');
  if (!slash) return false;
  *slash = '\0';
  bool is = slash == path || word_is_path(path);
  *slash = '/';
  return is;
}

// unix allow|deny below|prefix PATH host|own
bool plan_read_unix(struct reader *r) {
  struct plan *p = r->plan;
  struct unix_rule rule = {.path = r->words[3]};
  if (!word_one_of(r->words[1], "allow", "deny", &rule.allow) || !word_one_of(r->words[2], "prefix", "below", &rule.prefix) ||
      !word_one_of(r->words[4], "own", "host", &rule.own))
    return plan_refuse(r, "expected allow or deny, below or prefix, a path, host or own");
  if (rule.prefix ? !is_prefix(r->words[3]) : !word_is_path(rule.path)) return plan_refuse(r, expected_path);
  struct unix_rule *rules = plan_grow(p->unix_rules, p->unix_count, &r->unix_room, sizeof *rules, PLAN_MAX_UNIX);
  if (!rules) return plan_refuse(r, "too many rules");
  p->unix_rules = rules;
  p->unix_rules[p->unix_count++] = rule;
  return true;
}

bool plan_read_unix_alias(struct reader *r) {
  struct plan *p = r->plan;
  if (!word_is_path(r->words[1]) || !word_is_path(r->words[2])) return plan_refuse(r, expected_path);
  struct unix_alias *aliases = plan_grow(p->unix_aliases, p->unix_alias_count, &r->unix_alias_room, sizeof *aliases, PLAN_MAX_UNIX);
  if (!aliases) return plan_refuse(r, "too many rules");
  p->unix_aliases = aliases;
  p->unix_aliases[p->unix_alias_count++] = (struct unix_alias){r->words[1], r->words[2]};
  return true;
}

// unix-writable DIRECTORY, unix-known SOCKET
bool plan_read_unix_place(struct reader *r) {
  struct plan *p = r->plan;
  bool known = !strcmp(r->words[0], "unix-known");
  const char ***list = known ? &p->unix_known : &p->unix_writable;
  size_t *count = known ? &p->unix_known_count : &p->unix_writable_count;
  if (!word_is_path(r->words[1])) return plan_refuse(r, expected_path);
  const char **grown = plan_grow(*list, *count, known ? &r->unix_known_room : &r->unix_writable_room, sizeof *grown, PLAN_MAX_UNIX);
  if (!grown) return plan_refuse(r, "too many rules");
  *list = grown;
  grown[(*count)++] = r->words[1];
  return true;
}

bool plan_put_unix_first(struct plan *plan, const struct unix_rule *rules, size_t count) {
  size_t all = plan->unix_count + count;
  if (!count) return true;
  struct unix_rule *grown = all > PLAN_MAX_UNIX ? NULL : reallocarray(plan->unix_rules, all, sizeof *grown);
  if (!grown) {
    errno = ENOSPC;
    return false;
  }
  plan->unix_rules = grown;
  memmove(grown + count, grown, plan->unix_count * sizeof *grown);
  memcpy(grown, rules, count * sizeof *grown);
  plan->unix_count = all;
  return true;
}
