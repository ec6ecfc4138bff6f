// SPDX-License-Identifier: Apache-2.0
// Files whose contents were hashed when the plan was made: what is mounted, and what may be executed, is that very file,
// and nobody has written to it since.
#pragma once

#include <stdbool.h>

#include "plan.h"

// Whether `fd`, opened by `path`, is the file that is pinned under that path, or none is. False with errno ESTALE.
bool pinned_file_holds(const struct plan *plan, const char *path, int fd);

// Looks at every pinned file where the program will find it. Fails the stage.
void pinned_file_check(const struct plan *plan);
