// SPDX-License-Identifier: Apache-2.0
// Calls that open, make, rename or remove by a path, where the plan forbids paths that need not exist: the supervisor
// copies the path once and has the keeper (path_keeper.h) do it.
#pragma once

#include "broker.h"

// Both ends of the keeper's channel, the supervisor's first; untouched where the plan needs none.
bool path_channel_open(const struct plan *plan, int pair[2]);

// Answers the call if it is one of those, and says so.
bool path_call(struct call *call);
