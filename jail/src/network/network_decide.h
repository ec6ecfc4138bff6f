// SPDX-License-Identifier: Apache-2.0
// The address of a call: copied once, decided on, refused.
#pragma once

#include "address.h"
#include "broker.h"

// Copies the address of a call. False after having answered.
bool network_read_address(struct call *call, uint64_t pointer, uint64_t length, struct sockaddr_storage *raw);

bool network_may(const struct call *call, const struct address *address, bool for_bind, int protocol);

// The cell's nameserver, asked through a socket of its own network namespace: that is us.
struct socket_view;
bool network_is_nameserver(const struct call *call, const struct socket_view *view, const struct address *address);

// Reports that connecting or sending there was refused.
void network_report(const struct address *address, int protocol);

// Reports the refusal and answers with it.
void network_deny(struct call *call, const char *scope, const struct address *address, int protocol);
