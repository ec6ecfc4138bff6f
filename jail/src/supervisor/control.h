// SPDX-License-Identifier: Apache-2.0
// Command lines of the host.
#pragma once

#include <stdbool.h>

// Reads what has come and hands each line on; what is longer than any command is cut. False at the descriptor's end.
bool control_read(int fd, void (*run)(void *self, char *line), void *self);
