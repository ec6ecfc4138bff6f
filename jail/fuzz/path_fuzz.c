// SPDX-License-Identifier: Apache-2.0
// The fuzz target: a path of a unix socket means what the kernel would make of it, and the rules for paths decide as they
// are written. The input is a directory and, on the second line, a path from there.
#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "path_rules.h"
#include "unix_path.h"

unsigned long fuzz_accepted;
const char fuzz_name[] = "path_fuzz";

static struct unix_rule rules[] = {
    {.path = "/run/deep/er", .allow = true}, {.path = "/run/deep", .allow = false}, {.path = "/run/x", .allow = true, .prefix = true}, {.path = "/srv", .allow = true}};
static struct unix_alias aliases[] = {{"/var/run", "/run"}, {"/var/run/deep", "/srv/deep"}, {"/l", "/"}};
static const char *writable[] = {"/srv/w", "/tmp"};
static struct plan plan = {.unix_rules = rules, .unix_count = 4, .unix_aliases = aliases, .unix_alias_count = 3, .unix_writable = writable, .unix_writable_count = 2};

static const struct path_rule bans[] = {{"/a/.env", false, BAN_ALL}, {"/a/log", true, BAN_ALL}, {"/a/log-kept", false, BAN_NOTHING}, {"/a/log-kept/not", false, BAN_WRITE},
                                        {"/b/", true, BAN_WRITE},    {"/b", false, BAN_NOTHING}, {"/a/log-kept/not", false, BAN_ALL}};
enum { BANS = sizeof bans / sizeof *bans };

// Component by component, on a stack of them.
static char *plain(const char *directory, const char *written) {
  char *parts[4 * PATH_MAX], *text, *rest, *part, *out = calloc(1, 4 * PATH_MAX);
  size_t count = 0;
  const char *sources[] = {written[0] == '/' ? "" : directory, written};
  char *copies[2];
  if (!out) abort();
  for (size_t i = 0; i < 2; i++) {
    rest = copies[i] = text = strdup(sources[i]);
    while ((part = strsep(&rest, "/"))) {
      if (!strcmp(part, "..")) count -= count > 0;
      else if (*part && strcmp(part, ".") != 0) parts[count++] = part;
    }
  }
  for (size_t i = 0; i < count; i++) strcat(strcat(out, "/"), parts[i]);
  free(copies[0]), free(copies[1]);
  return out;
}

static bool covers(const char *rule, const char *path, bool prefix) {
  size_t length = strlen(rule);
  return strncmp(rule, path, length) == 0 && (prefix || !path[length] || path[length] == '/' || !rule[1]);
}

static void hold_rules(const char *real) {
  const struct unix_rule *expected = NULL;
  for (size_t i = plan.unix_count; i--;)
    if (covers(rules[i].path, real, rules[i].prefix)) expected = &rules[i];
  fuzz_hold(unix_rule_for(&plan, real) == expected, "another rule than the first that covers");
  bool below = (covers(writable[0], real, false) && strcmp(writable[0], real) != 0) || (covers(writable[1], real, false) && strcmp(writable[1], real) != 0);
  fuzz_hold(unix_is_replaceable(&plan, real) == below, "a directory that may be written, or not");
}

static void hold_bans(const char *path) {
  enum path_ban expected = BAN_NOTHING;
  size_t longest = 0;
  bool leads = false;
  for (size_t i = 0; i < BANS; i++) {
    size_t length = strlen(bans[i].path), above = strlen(path);
    leads |= bans[i].ban != BAN_NOTHING && length > above && !strncmp(bans[i].path, path, above) && (bans[i].path[above] == '/' || above == 1);
    if (!covers(bans[i].path, path, bans[i].prefix) || length * 2 + !bans[i].prefix < longest) continue;
    if (length * 2 + !bans[i].prefix > longest || bans[i].ban > expected) expected = bans[i].ban;
    longest = length * 2 + !bans[i].prefix;
  }
  fuzz_hold(path_ban(bans, BANS, path) == expected, "another ban than the longest rule's");
  fuzz_hold(path_leads_to_ban(bans, BANS, path) == leads, "a path that leads to a ban, or not");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  char real[PATH_MAX], small[24], *text = calloc(1, size + 1), *written = text;
  if (!text) abort();
  memcpy(text, data, size);
  char *directory = strsep(&written, "\n");
  if (!written || directory[0] != '/' || strlen(directory) >= PATH_MAX || strlen(written) >= PATH_MAX) {
    free(text);
    return 0;
  }
  char *whole = plain(directory, written);
  const struct unix_alias *alias = NULL;
  for (size_t i = 0; i < plan.unix_alias_count; i++)
    if (covers(aliases[i].path, whole, false) && (!alias || strlen(aliases[i].path) > strlen(alias->path))) alias = &aliases[i];
  char *followed = plain("", whole);
  if (alias) {
    free(followed);
    char *joined = calloc(1, 8 * PATH_MAX);
    if (!joined) abort();
    strcat(strcat(strcpy(joined, alias->real), "/"), whole + strlen(alias->path));
    followed = plain("", joined);
    free(joined);
  }
  if (!*followed) strcpy(followed, "/");
  if (unix_resolve(&plan, directory, written, real, sizeof real)) {
    fuzz_accepted++;
    fuzz_hold(strcmp(real, followed) == 0, "another path than it means");
    hold_rules(real);
    hold_bans(real);
  } else {
    fuzz_hold(strlen(directory) + strlen(written) + strlen(followed) >= PATH_MAX - 64, "a path that is refused, and not for its length");
  }
  fuzz_hold(!unix_resolve(&plan, directory, written, small, sizeof small) || (strlen(small) < sizeof small && strcmp(small, followed) == 0), "a path that was cut");
  free(whole), free(followed), free(text);
  return 0;
}
