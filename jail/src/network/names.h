// SPDX-License-Identifier: Apache-2.0
// What the plan says about names, and about addresses that were given out for them. A name is worth what its answer is
// worth, and that comes from outside: it reaches public addresses only.
#pragma once

#include "address.h"

bool name_is_public_address(const struct plan *plan, const struct address *address);

// What the rules by name say, most specific first; ANY_PORT as in address.h.
enum verdict name_verdict(const struct plan *plan, const char *name, int port, int protocol);

// A question for this name may leave the cell.
bool name_may_be_asked(const struct plan *plan, const char *name);

// This address, as an answer for the name, may reach the cell: some port of it could be connected to.
bool name_may_have(const struct plan *plan, const char *name, const struct address *address);

// Connecting to (or sending to) an address, with what is said of the names that it was given out for. A denial of
// either stands.
bool name_settles(const struct plan *plan, const struct address *address, enum verdict by_name, int protocol);
