// SPDX-License-Identifier: Apache-2.0
// The cell's nameserver as its programs see it: UDP and TCP on 127.0.0.1:53 of their network namespace. The init has
// bound the two sockets there; the questions arrive here.
#pragma once

#include <sys/socket.h>

#include "dns_message.h"

enum { DNS_PORT = 53 };

// Whoever waits for an answer.
struct dns_asker {
  int connection; // -1: over UDP
  uint32_t generation;
  struct sockaddr_storage from;
  socklen_t from_length;
};

// Tags of the supervisor's epoll, from here up to what dns_forward.h has.
enum { TAG_DNS = 1 << 20, TAG_DNS_DATAGRAMS = TAG_DNS, TAG_DNS_LISTENER, TAG_DNS_TIMER, TAG_DNS_CONNECTION = TAG_DNS + 16 };

// Takes one of the two sockets, of this type. False if it is none.
bool dns_serve(int epoll, int *fd, int type);

// Something happened to what has this tag.
void dns_serve_event(uint64_t tag, uint32_t events);

// Sends a whole message to whoever asked; one that is too long for a datagram becomes a word to come by TCP.
void dns_serve_answer(const struct dns_asker *asker, const struct dns_question *question, const uint8_t *message, size_t length);
