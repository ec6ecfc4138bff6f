// SPDX-License-Identifier: Apache-2.0
// A plan as text again, in one fixed form. Reading that text gives the same plan, which the tests and the fuzzer hold
// the reader to.
#pragma once

#include "plan.h"

// The caller frees it.
char *plan_print(const struct plan *plan);
