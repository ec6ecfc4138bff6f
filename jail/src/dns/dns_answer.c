// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "dns_answer.h"

#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "names.h"

enum { FLAG_ANSWER = 0x80, FLAG_TRUNCATED = 0x02, CLASS_IN = 1, MOST_ALIASES = 16, MOST_RECORDS = 512, BLOTTED = 0xffff /* reserved (RFC 6895) */ };

// Everything that a forger does not know and a stranger gets wrong. Names are the same in any case (RFC 4343).
static bool is_ours(const struct dns_question *question, uint16_t id, const uint8_t *message, size_t length) {
  if (length < DNS_HEADER + question->wire_length || dns_number(message) != id || !(message[2] & FLAG_ANSWER) || dns_number(message + 4) != 1) return false;
  for (size_t i = 0; i < question->wire_length; i++) {
    uint8_t here = question->wire[i], there = message[DNS_HEADER + i];
    bool letter = i < question->wire_length - 4 && ((here | 0x20) >= 'a' && (here | 0x20) <= 'z');
    if (letter ? (here | 0x20) != (there | 0x20) : here != there) return false;
  }
  return true;
}

static bool is_address(const struct dns_record *record) {
  return record->class == CLASS_IN && ((record->type == DNS_A && record->length == 4) || (record->type == DNS_AAAA && record->length == 16));
}

static bool may_have(const struct plan *plan, const char *name, const struct dns_address *found) {
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
  struct address address = {.family = found->family};
  memcpy(address.bytes, found->bytes, sizeof address.bytes);
  if (found->family == AF_INET || memcmp(found->bytes, mapped, sizeof mapped) != 0) return name_may_have(plan, name, &address);
  // The kernel connects to the IPv4 address: an honest name has that in an A record. Only a grant of it by address will do.
  address = (struct address){.family = AF_INET};
  memcpy(address.bytes, found->bytes + 12, 4);
  return address_verdict(plan, &address, ANY_PORT, false, IPPROTO_TCP) == ALLOWED || address_verdict(plan, &address, ANY_PORT, false, IPPROTO_UDP) == ALLOWED;
}

// Keeps an address, or drops it. True if it may reach the cell.
static bool sift(const struct plan *plan, const struct dns_question *question, const uint8_t *message, const struct dns_record *record, struct dns_answer *answer) {
  struct dns_address found = {.family = record->type == DNS_A ? AF_INET : AF_INET6};
  memcpy(found.bytes, message + record->at, record->length);
  if (!may_have(plan, question->name, &found)) {
    if (answer->dropped_count < DNS_MOST_DROPPED) answer->dropped[answer->dropped_count++] = found;
    return false;
  }
  if (answer->count == DNS_MOST_ADDRESSES) return false;
  answer->addresses[answer->count++] = found;
  if (record->ttl < answer->ttl) answer->ttl = record->ttl;
  return true;
}

// The alias of `name` among the records.
static bool find_alias(const uint8_t *message, size_t length, size_t start, unsigned count, const char *name, char alias[DNS_NAME_ROOM], uint32_t *ttl) {
  struct dns_record record;
  char owner[DNS_NAME_ROOM];
  for (size_t at = start; count && dns_read_record(message, length, &at, &record); count--) {
    size_t from = record.owner, target = record.at;
    if (record.type != DNS_CNAME || record.class != CLASS_IN || !dns_name_read(message, length, &from, owner) || strcmp(owner, name) != 0) continue;
    if (record.ttl < *ttl) *ttl = record.ttl;
    return dns_name_read(message, length, &target, alias) && target == record.at + record.length;
  }
  return false;
}

static bool is_denied(const struct plan *plan, const char *name) {
  return name_verdict(plan, name, ANY_PORT, IPPROTO_TCP) == DENIED && name_verdict(plan, name, ANY_PORT, IPPROTO_UDP) == DENIED;
}

// Follows the aliases from the question's name and takes the addresses of where they end. The cell gets them under the
// name that it asked for. An alias needs no grant (the name's owner chose it), but a denial of it stands.
static bool take_addresses(const struct plan *plan, const struct dns_question *question, const uint8_t *message, size_t length, unsigned count, struct dns_answer *answer) {
  const size_t start = DNS_HEADER + question->wire_length;
  char name[DNS_NAME_ROOM], owner[DNS_NAME_ROOM];
  struct dns_record record;
  memcpy(name, question->name, sizeof name);
  for (unsigned aliases = 0; find_alias(message, length, start, count, name, answer->alias, &answer->ttl); aliases++) {
    if (aliases == MOST_ALIASES) return false; // a ring
    memcpy(name, answer->alias, sizeof name);
    if (!is_denied(plan, name)) continue;
    answer->forbidden = answer->alias;
    return true;
  }
  for (size_t at = start; count && dns_read_record(message, length, &at, &record); count--) {
    size_t from = record.owner;
    if (record.type == question->type && is_address(&record) && dns_name_read(message, length, &from, owner) && strcmp(owner, name) == 0)
      sift(plan, question, message, &record, answer);
  }
  return true;
}

// All other records go to the cell as they are, but for addresses that it may not have.
static void take_records(const struct plan *plan, const struct dns_question *question, uint8_t *message, size_t length, unsigned count, struct dns_answer *answer) {
  struct dns_record record;
  size_t at = DNS_HEADER + question->wire_length;
  answer->records = (uint16_t)count;
  for (; count && dns_read_record(message, length, &at, &record); count--) {
    bool address = record.type == DNS_A || record.type == DNS_AAAA;
    if (!address || (is_address(&record) && sift(plan, question, message, &record, answer))) continue;
    message[record.at - 10] = BLOTTED >> 8, message[record.at - 9] = BLOTTED & 0xff;
    memset(message + record.at, 0, record.length);
  }
  answer->records_end = at;
}

enum dns_outcome dns_take_answer(const struct plan *plan, const struct dns_question *question, uint16_t id, uint8_t *message, size_t length, struct dns_answer *answer) {
  memset(answer, 0, sizeof *answer);
  answer->ttl = UINT32_MAX;
  // A nameserver that takes no extensions may send back nothing but the header.
  if (length >= DNS_HEADER && dns_number(message) == id && (message[2] & FLAG_ANSWER) && ((message[3] & 15) == DNS_FORMERR || (message[3] & 15) == DNS_NOTIMP))
    return ANSWER_PLAIN;
  if (!is_ours(question, id, message, length)) return ANSWER_OTHERS;
  answer->code = message[3] & 15;
  if (answer->code != DNS_NOERROR && answer->code != DNS_NXDOMAIN) return ANSWER_UNUSABLE;
  if (message[2] & FLAG_TRUNCATED) return ANSWER_TRUNCATED;
  unsigned count = dns_number(message + 6);
  size_t at = DNS_HEADER + question->wire_length;
  struct dns_record record;
  if (count > MOST_RECORDS) return ANSWER_UNUSABLE;
  for (unsigned i = 0; i < count; i++)
    if (!dns_read_record(message, length, &at, &record)) return ANSWER_UNUSABLE;
  if (answer->code == DNS_NXDOMAIN) return ANSWER_TAKEN;
  if (question->type == DNS_A || question->type == DNS_AAAA) {
    if (!take_addresses(plan, question, message, length, count, answer)) return ANSWER_UNUSABLE;
  } else {
    take_records(plan, question, message, length, count, answer);
  }
  return ANSWER_TAKEN;
}

size_t dns_write_answer(const struct dns_question *question, const struct dns_answer *answer, const uint8_t *message, uint8_t *out) {
  size_t start = DNS_HEADER + question->wire_length, room = DNS_MOST - start - 17;
  if (answer->forbidden) return dns_write_empty(question, DNS_NXDOMAIN, DNS_PROHIBITED, false, out);
  if (answer->code != DNS_NOERROR) return dns_write_empty(question, answer->code, DNS_NO_REASON, false, out);
  if (question->type == DNS_A || question->type == DNS_AAAA) {
    bool nothing_left = answer->count == 0 && answer->dropped_count;
    if (nothing_left) return dns_write_empty(question, DNS_NOERROR, DNS_PROHIBITED, false, out);
    return dns_write_addresses(question, answer->addresses, answer->count, answer->ttl, out);
  }
  if (answer->records_end < start || answer->records_end - start > room) return dns_write_empty(question, DNS_SERVFAIL, DNS_NO_REASON, false, out);
  memcpy(out + start, message + start, answer->records_end - start);
  return dns_finish_records(question, answer->records, answer->records_end - start, out);
}
