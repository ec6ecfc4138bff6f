// SPDX-License-Identifier: Apache-2.0
// A process ends itself by SIGABRT. Why it does so is not told by the signal, but where V8 has run out of heap it has
// left a record of that on the stack.
#pragma once

#include "broker.h"

// For how long, in the whole of a cell's life, threads are waited for that have called abort() and do not sleep yet.
enum { ABORT_PATIENCE_MS = 1000 };

// The filter hands over tgkill(2) and tkill(2) with SIGABRT. What they do is in their arguments, which nobody can
// rewrite: they go on, whatever is found.
void abort_call(struct call *call);
