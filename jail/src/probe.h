// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tries what the walls need and prints the result as one line of JSON on standard output. Returns an exit code.
int probe_run(void);
