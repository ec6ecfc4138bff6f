// SPDX-License-Identifier: Apache-2.0
// Questions that the host's nameservers are being asked. Each goes out from a socket of its own, connected and with a
// port of the kernel's choice, under a random id: nothing of it is the cell's choice, and only an answer from there counts.
#pragma once

#include "dns_answer.h"
#include "dns_serve.h"

enum { TAG_DNS_FORWARD = TAG_DNS + 1024 };

void dns_forward_open(const struct plan *plan, int epoll);

// Asks on. False if too many questions are under way, or there is nobody to ask.
bool dns_forward(const struct dns_asker *asker, const struct dns_question *question);

// Something happened to what has this tag; time has passed.
void dns_forward_event(uint64_t tag);
void dns_forward_time(void);
