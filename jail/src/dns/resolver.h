// SPDX-License-Identifier: Apache-2.0
// The cell's resolver. A question for a granted name is asked on, and the answer is remembered: it is what lets a
// connection to that address pass. Everything else is answered here, and never leaves the cell.
#pragma once

#include "dns_answer.h"
#include "dns_serve.h"

void resolver_open(const struct plan *plan, int epoll);

// Something happened to what has this tag (TAG_DNS and above).
void resolver_event(uint64_t tag, uint32_t events);

// A message of the cell's.
void resolver_ask(const struct dns_asker *asker, const uint8_t *message, size_t length);

// A nameserver's answer, NULL if there is none.
void resolver_answered(const struct dns_asker *asker, const struct dns_question *question, const struct dns_answer *answer, const uint8_t *message);
