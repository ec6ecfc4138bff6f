// SPDX-License-Identifier: Apache-2.0
// Socket addresses as a cell writes them, and the plan's rules over them.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "plan.h"

struct address {
  int family;          // AF_INET or AF_INET6 after v4-mapped addresses have become IPv4
  uint8_t bytes[16];
  uint16_t port;       // host order
};

// Reads an IPv4 or IPv6 address of exactly the family's length or longer. False for any other family or a short one.
// `::ffff:a.b.c.d` becomes a.b.c.d, and for `connect` the unspecified address becomes loopback, which is what the
// kernel connects to (ip(7)).
bool address_read(const struct sockaddr_storage *from, socklen_t length, bool for_bind, struct address *out);

// What the rules say: one that covers and allows, one that covers and denies, or none that covers.
enum verdict { UNSAID, ALLOWED, DENIED };

// Stands for "whichever port", for a question about a name or an address alone: any rule may grant it, and it is
// denied by one for all ports.
enum { ANY_PORT = -1 };
bool verdict_covers(bool allow, uint16_t from, uint16_t to, int port);

// The first rule that covers the address decides (the plan is sorted, most specific first); rules for whatever address
// have a say of their own.
enum verdict address_verdict(const struct plan *plan, const struct address *address, int port, bool for_bind, int protocol);
enum verdict any_verdict(const struct plan *plan, int port, bool for_bind, int protocol);

// What both say of the address; no rule denies.
bool address_allowed(const struct plan *plan, const struct address *address, bool for_bind, int protocol);

// `::ffff:a.b.c.d` becomes a.b.c.d.
void address_unmap(struct address *address);

bool address_within(const struct address *address, const struct network *network);

bool address_is_loopback(const struct address *address);

// "tcp://10.0.0.1:80", "udp://[::1]:53"; `size` of 80 is enough.
void address_print(const struct address *address, int protocol, char *text, size_t size);
