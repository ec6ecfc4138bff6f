// SPDX-License-Identifier: Apache-2.0
// DNS messages (RFC 1035, RFC 6891). What comes in is hostile, from the cell and from the network alike: every length
// is checked, and nothing is kept but what is named here.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns_name.h"

enum dns_type {
  DNS_A = 1, DNS_NS = 2, DNS_CNAME = 5, DNS_SOA = 6, DNS_PTR = 12, DNS_MX = 15, DNS_TXT = 16, DNS_AAAA = 28, DNS_SRV = 33,
  DNS_NAPTR = 35, DNS_OPT = 41, DNS_TLSA = 52, DNS_SVCB = 64, DNS_HTTPS = 65, DNS_ANY = 255, DNS_CAA = 257,
};
enum dns_code { DNS_NOERROR = 0, DNS_FORMERR = 1, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_NOTIMP = 4, DNS_REFUSED = 5 };
enum dns_reason { DNS_NO_REASON = 0, DNS_PROHIBITED = 18 }; // extended errors (RFC 8914)

enum {
  DNS_HEADER = 12,
  DNS_MOST = 65535,
  DNS_DATAGRAM = 512,                  // what everybody takes over UDP
  DNS_SAFE_DATAGRAM = 1232,            // what crosses the internet in one piece
  DNS_QUESTION_ROOM = DNS_WIRE_NAME + 4,
  DNS_QUERY_ROOM = DNS_HEADER + DNS_QUESTION_ROOM + 11,
};

// What a program of the cell asks.
struct dns_question {
  uint16_t id, type;
  bool edns;                       // it understands extensions
  uint16_t room;                   // what it takes over UDP
  size_t wire_length;
  uint8_t wire[DNS_QUESTION_ROOM]; // name, type and class as it wrote them: the answer repeats that
  char name[DNS_NAME_ROOM];        // lower case
};

// One record of a message.
struct dns_record {
  size_t owner;     // where its name is
  uint16_t type, class;
  uint32_t ttl;
  size_t at, length; // its data
};

// An address of an answer.
struct dns_address {
  int family;
  uint8_t bytes[16];
};

// Reads a question. -1: no question that could be answered at all. Otherwise the code to answer with; DNS_NOERROR if
// it is one that may be asked on.
int dns_read_question(const uint8_t *message, size_t length, struct dns_question *question);

// Reads the record at `*at` and moves behind it.
bool dns_read_record(const uint8_t *message, size_t length, size_t *at, struct dns_record *record);

uint16_t dns_number(const uint8_t *at);

// What is sent to a nameserver: the name in lower case, and nothing of the cell's but name and type. Returns its length.
size_t dns_write_query(const struct dns_question *question, uint16_t id, bool edns, uint8_t out[DNS_QUERY_ROOM]);

// An answer without records, or with TC, which sends the asker to TCP. Returns its length, at most DNS_DATAGRAM.
size_t dns_write_empty(const struct dns_question *question, enum dns_code code, enum dns_reason reason, bool truncated, uint8_t *out);

// An answer of `count` addresses of the question's own name. Returns its length.
size_t dns_write_addresses(const struct dns_question *question, const struct dns_address *addresses, size_t count, uint32_t ttl, uint8_t *out);

// Takes over `length` bytes of records, which are `count` and stand behind the question in `out` already.
size_t dns_finish_records(const struct dns_question *question, uint16_t count, size_t length, uint8_t *out);
