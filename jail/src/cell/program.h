// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"

// The descriptor on which the runtime reports that it is ready, what it refuses and what the program gives up; and the
// one on which it is answered.
enum { REPORT_FD = 3, ANSWER_FD = 4 };
// Where the runtime finds what the plan has to tell it.
enum { MESSAGE_FD = 5 };

// The last stage: puts the filters up and executes the plan's program. `channel` goes to the supervisor and closes
// by itself when the program runs; `report` becomes REPORT_FD, `answer` ANSWER_FD; `keeper` goes to the
// process that opens files for the program. Never returns.
_Noreturn void program_run(const struct plan *plan, int channel, int report, int answer, int keeper);
