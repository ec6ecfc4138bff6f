// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <limits.h>
#include <string.h>

#include "check.h"
#include "unix_path.h"

static struct unix_rule rules[8];
static struct unix_alias aliases[] = {{"/var/run", "/run"}, {"/var/run/db", "/srv/db-5"}, {"/home/me/app.sock", "/srv/app/1.sock"}};
static const char *writable[] = {"/srv/app"};
static struct plan plan = {.unix_rules = rules, .unix_aliases = aliases, .unix_alias_count = 3, .unix_writable = writable, .unix_writable_count = 1};

static bool means(const char *directory, const char *written, const char *expected) {
  char real[PATH_MAX];
  bool is = unix_resolve(&plan, directory, written, real, sizeof real);
  if (is && strcmp(real, expected) != 0) printf("     got %s\n", real);
  return is && strcmp(real, expected) == 0;
}

static void resolving(void) {
  test("a relative path starts at the working directory, and dots are taken out");
  EXPECT(means("/a/b", "c.sock", "/a/b/c.sock") && means("/a/b", "../c.sock", "/a/c.sock") && means("/", "c", "/c"));
  EXPECT(means("/a", "/x//y/./z", "/x/y/z") && means("/a", "/../../x", "/x") && means("/a", "..", "/") && means("/a", ".", "/a"));
  EXPECT(means("/a", "/x/...", "/x/...") && means("/a", "/x/.y", "/x/.y") && means("/a", "/x/y/", "/x/y"));
  EXPECT(means("(unreachable)", "x", "/(unreachable)/x"));

  test("the links of the plan are followed, the longest first, and by whole names");
  EXPECT(means("/", "/var/run/x.sock", "/run/x.sock") && means("/", "/var/run/db/x", "/srv/db-5/x") && means("/", "/var/run", "/run"));
  EXPECT(means("/var", "run/x", "/run/x") && means("/", "/var/running/x", "/var/running/x") && means("/", "/home/me/app.sock", "/srv/app/1.sock"));

  test("what is too long is nothing");
  char directory[PATH_MAX], real[PATH_MAX];
  memset(directory, 'a', sizeof directory);
  directory[0] = '/';
  directory[PATH_MAX - 2] = '\0';
  EXPECT(unix_resolve(&plan, directory, "", real, sizeof real) && !unix_resolve(&plan, directory, "bc", real, sizeof real));
  EXPECT(!unix_resolve(&plan, "/", "/abcdefgh", real, 9) && unix_resolve(&plan, "/", "/abcdefg", real, 9));
  EXPECT(!unix_resolve(&plan, "/", "/home/me/app.sock", real, 12));
}

static bool allowed(const char *path) {
  const struct unix_rule *rule = unix_rule_for(&plan, path);
  return rule && rule->allow;
}

static void deciding(void) {
  test("without a rule nothing is granted");
  EXPECT(!unix_rule_for(&plan, "/run/a") && !unix_rule_for(&plan, "/"));

  test("a rule covers its path and all below it, by whole names; a prefix what starts so");
  rules[0] = (struct unix_rule){.allow = true, .path = "/run/a"};
  rules[1] = (struct unix_rule){.allow = true, .prefix = true, .path = "/run/b-"};
  plan.unix_count = 2;
  EXPECT(allowed("/run/a") && allowed("/run/a/b/c") && !allowed("/run/ab") && !allowed("/run") && !allowed("/run/"));
  EXPECT(allowed("/run/b-") && allowed("/run/b-1/x") && !allowed("/run/b") && !allowed("/x/run/b-"));

  test("the first that covers decides; the root covers everything");
  rules[0] = (struct unix_rule){.allow = false, .path = "/run/a/secret"};
  rules[1] = (struct unix_rule){.allow = true, .path = "/run/a"};
  rules[2] = (struct unix_rule){.allow = false, .path = "/run"};
  rules[3] = (struct unix_rule){.allow = true, .path = "/"};
  plan.unix_count = 4;
  EXPECT(allowed("/run/a/x") && !allowed("/run/a/secret") && !allowed("/run/a/secret/x") && !allowed("/run/b") && allowed("/x") && allowed("/"));

  test("what lies in a directory that the program may write can be replaced, the directory itself cannot");
  EXPECT(unix_is_replaceable(&plan, "/srv/app/x") && unix_is_replaceable(&plan, "/srv/app/y/x"));
  EXPECT(!unix_is_replaceable(&plan, "/srv/app") && !unix_is_replaceable(&plan, "/srv/apple") && !unix_is_replaceable(&plan, "/srv"));
}

int main(void) {
  resolving();
  deciding();
  return tests_done("unix_path");
}
