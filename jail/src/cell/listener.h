// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>

#include "plan.h"

// Installs the plan's filter and has the supervisor take its listener; without a filter the supervisor only learns
// which process the program is.
void listener_install(const struct plan *plan, int channel);

// Whether this process may copy a descriptor out of a process of its own (pidfd_getfd): a container's profile may refuse
// the call itself. Returns 0 or the errno.
int listener_can_be_taken(void);
