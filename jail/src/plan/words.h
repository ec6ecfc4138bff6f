// SPDX-License-Identifier: Apache-2.0
// The words of a plan line: numbers, choices, paths and %XX.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// A decimal number, or a hexadecimal one after 0x, that is at most `most`; all of `word`, without sign or space.
bool word_number(const char *word, uint64_t most, uint64_t *out);

// True in `out` for `yes`, false for `no`. Returns false for any other word.
bool word_one_of(const char *word, const char *yes, const char *no, bool *out);

// An absolute path without empty, "." or ".." components: what the jail makes or opens is what the plan names.
bool word_is_path(const char *path);

// The value of a lower-case hexadecimal digit, or -1.
int word_hex_digit(char c);

// Undoes %XX in place. Words are printable ASCII without spaces; anything else is encoded, and NUL never is.
bool word_decode(char *word);
