// SPDX-License-Identifier: Apache-2.0
// Domain names, on the wire (RFC 1035, sections 3.1 and 4.1.4) and as text: lower case, without the last dot.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DNS_NAME_ROOM = 256, DNS_WIRE_NAME = 255 };

// Reads the name at `*at`, following pointers, and moves behind it. False where it is malformed, or has a byte in it
// that text could not show (a dot inside a label among them). The root is "".
bool dns_name_read(const uint8_t *message, size_t length, size_t *at, char text[DNS_NAME_ROOM]);

// Moves behind the name at `*at` without looking where pointers lead.
bool dns_name_skip(const uint8_t *message, size_t length, size_t *at);

// What may stand in a grant and in a question: labels of a to z, 0 to 9, `-` and `_`.
bool dns_name_is_host(const char *text);

// `name` ends in `suffix` behind a dot, and is more than that.
bool dns_name_is_below(const char *name, const char *suffix);
