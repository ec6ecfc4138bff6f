// SPDX-License-Identifier: Apache-2.0
// What the kernel says of the machine: uname(2), sysinfo(2), sched_getaffinity(2). No namespace holds these back whole,
// so the filter hands them over, and the answer is what the plan says in place of the machine's own.
#pragma once

#include "broker.h"

void facts_uname(struct call *call);
void facts_sysinfo(struct call *call);
void facts_processors(struct call *call);
