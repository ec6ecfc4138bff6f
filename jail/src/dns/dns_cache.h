// SPDX-License-Identifier: Apache-2.0
// Answers of addresses while they are good. A program asks for the same name again with every connection, and each
// question that leaves the cell could say something.
#pragma once

#include "dns_answer.h"

// The addresses of the question's name and type; NULL if they are not known (any more). `ttl` gets the seconds left.
const struct dns_answer *dns_cache_find(const struct dns_question *question, uint64_t now, uint32_t *ttl);

void dns_cache_add(const struct dns_question *question, const struct dns_answer *answer, uint64_t now);
