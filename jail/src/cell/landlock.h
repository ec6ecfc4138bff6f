// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"

// Puts this process and all that it starts under the plan's Landlock rules (landlock(7)). Fails the stage.
void landlock_restrict(const struct plan *plan);

// The kernel's Landlock ABI; 0 where there is none.
int landlock_abi(void);
