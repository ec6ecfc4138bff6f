// SPDX-License-Identifier: Apache-2.0
// What is denied of paths that need not exist: mounts have nothing to stand on there.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum path_ban { BAN_NOTHING, BAN_WRITE, BAN_ALL };

struct path_rule {
  const char *path;
  bool prefix; // all names that begin so, and what is below them
  enum path_ban ban;
};

// What the most specific rule that covers a path says of it; a path that is as specific as another loses to the stricter.
enum path_ban path_ban(const struct path_rule *rules, size_t count, const char *path);

// Whether a rule forbids something below `path`: whoever could put another directory, or a link, in its place would have
// a way around.
bool path_leads_to_ban(const struct path_rule *rules, size_t count, const char *path);
