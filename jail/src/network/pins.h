// SPDX-License-Identifier: Apache-2.0
// Which addresses the cell was given for which name, for as long as the answer is good.
#pragma once

#include "address.h"

// An answer is good for at least as long as a program needs to use it, and not for ever.
enum { PIN_LEAST_SECONDS = 30, PIN_MOST_SECONDS = 3600 };

// Remembers `name` for `address` until `seconds` from `now` (milliseconds of a clock that only goes on). The ports do
// not matter. Where there is no room, the pin that ends first goes.
void pins_add(const char *name, const struct address *address, uint32_t seconds, uint64_t now);

// The next name that the address was given for and that is still good, from `*cursor` on (0 at first); NULL after the
// last one. It points into the table.
const char *pins_next(const struct address *address, uint64_t now, size_t *cursor);

// For tests.
void pins_forget(void);
