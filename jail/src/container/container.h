// SPDX-License-Identifier: Apache-2.0
// Process 1 of a container that another runtime has made (docs/oci.md): a program that is process 1 itself is deaf to
// every signal that it does not handle, SIGTERM and its own abort() included, and nobody reaps what it leaves behind.
#pragma once

#include <linux/filter.h>
#include <stddef.h>

// Starts the command in `arguments`, which `--no-home` may stand before, under the filter in a file (absent: NULL), passes signals on, and ends as the program ends: with
// its code, or 128 + n; 125, 126 or 127 where it was not started.
_Noreturn void container_run(const char *filter, char *const *arguments);

// Reads a filter as a plan has it, 16 hexadecimal digits an instruction, into `program`. Returns how many there are; 0 if
// the text is none, or has more than `room`.
size_t container_read_filter(const char *text, size_t length, struct sock_filter *program, size_t room);
