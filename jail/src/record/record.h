// SPDX-License-Identifier: Apache-2.0
// Writes down what a program uses, for `cordon learn`. The program runs without walls: nothing here decides anything.
#pragma once

#include "broker.h"

// Reports what the call names, once for each thing, and lets it go on.
void record_call(struct call *call);

// The runtime is ready: what Node itself used until now was the start of any program.
void record_begin(void);
