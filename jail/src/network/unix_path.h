// SPDX-License-Identifier: Apache-2.0
// Paths of unix sockets as a cell writes them, and the plan's rules over them. All by their text: what a path leads to
// is looked at afterwards, once it is granted, so that a cell learns nothing about paths that are not.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "plan.h"

// The path that is meant: from `directory` if it is relative, without ".", ".." and empty components, and with the
// links of the plan followed. False if that is longer than `size`.
bool unix_resolve(const struct plan *plan, const char *directory, const char *written, char *real, size_t size);

// The first rule that covers (the plan is sorted, most specific first); NULL where none does.
const struct unix_rule *unix_rule_for(const struct plan *plan, const char *real);

// Whether the program may write the directory that the path is in, and so put another socket in its place.
bool unix_is_replaceable(const struct plan *plan, const char *real);
