// SPDX-License-Identifier: Apache-2.0
// Limits that the kernel holds and tells the program alone: the runtime passes on that one was met. Its value is the
// plan's, so that a program which makes it up gets nothing but a line with its own limit.
#pragma once

#include "plan.h"

// `openFiles`, `scratch` or `scratchFiles`; anything else is no limit, nor one that the plan has not.
void told_limit(const struct plan *plan, const char *name);
