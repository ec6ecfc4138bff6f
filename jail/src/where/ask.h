// SPDX-License-Identifier: Apache-2.0
// Has V8 print where the program's main thread is. The program cannot refuse, and need not help: it may spin in
// JavaScript, in a regular expression or in WebAssembly, or wait in a system call.
#pragma once

#include <sys/types.h>

#include "plan.h"

// ASKED: lines come on the report's pipe, and the main thread never goes on. ASKED_IDLE: it is not at JavaScript.
enum asked { ASKED, ASKED_IDLE, ASKED_IN_VAIN };

// To be called by a process of its own: whoever holds a thread of the program's waits for it, and the program decides
// how long. `pidfd` is the program's: its number could be somebody else's by now.
enum asked ask_where(const struct plan_where *at, pid_t program, int pidfd);
