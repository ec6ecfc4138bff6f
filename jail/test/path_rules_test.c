// SPDX-License-Identifier: Apache-2.0
#include "path_rules.h"

#include "check.h"

static const struct path_rule rules[] = {
    {"/a/.env", false, BAN_ALL},    {"/a/.git/hooks/x", false, BAN_WRITE}, {"/a/log", true, BAN_ALL},
    {"/a/log-kept", false, BAN_NOTHING}, {"/a/log-kept/not", false, BAN_ALL},   {"/a/tie", false, BAN_NOTHING},
    {"/a/tie", false, BAN_WRITE},   {"/b/", true, BAN_WRITE},
};
enum { COUNT = sizeof rules / sizeof *rules };

static enum path_ban ban(const char *path) { return path_ban(rules, COUNT, path); }
static bool leads(const char *path) { return path_leads_to_ban(rules, COUNT, path); }

int main(void) {
  test("a whole name covers itself and what is below it, and no longer name");
  EXPECT(ban("/a/.env") == BAN_ALL && ban("/a/.env/x") == BAN_ALL && ban("/a/.envy") == BAN_NOTHING && ban("/a") == BAN_NOTHING);
  EXPECT(ban("/a/.git/hooks/x") == BAN_WRITE && ban("/a/.git/hooks") == BAN_NOTHING && ban("/c/.env") == BAN_NOTHING);

  test("a start covers every name that begins so; the entries of a directory, not the directory");
  EXPECT(ban("/a/log") == BAN_ALL && ban("/a/logs/x") == BAN_ALL && ban("/a/lo") == BAN_NOTHING);
  EXPECT(ban("/b/x") == BAN_WRITE && ban("/b") == BAN_NOTHING);

  test("the most specific rule decides, and the stricter one a tie");
  EXPECT(ban("/a/log-kept") == BAN_NOTHING && ban("/a/log-kept/x") == BAN_NOTHING && ban("/a/log-kept/not") == BAN_ALL);
  EXPECT(ban("/a/tie") == BAN_WRITE);

  test("what is above a denied path leads to it");
  EXPECT(leads("/a") && leads("/a/.git") && leads("/a/.git/hooks") && leads("/") && leads("/b"));
  EXPECT(!leads("/a/.git/hooks/x") && !leads("/a/.gi") && !leads("/c") && !leads("/a/.env"));
  return tests_done("path_rules");
}
