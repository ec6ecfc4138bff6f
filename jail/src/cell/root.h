// SPDX-License-Identifier: Apache-2.0
// The cell's file system: a new root of bind mounts, and nothing else.
#pragma once

#include "plan.h"

// Builds the plan's root and makes it the root of this mount namespace. Fails the stage.
void root_build(const struct plan *plan);
