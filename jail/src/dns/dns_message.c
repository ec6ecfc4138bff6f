// SPDX-License-Identifier: Apache-2.0
#include "dns_message.h"

#include <string.h>
#include <sys/socket.h>

enum { FLAG_ANSWER = 0x80, FLAG_OPCODE = 0x78, FLAG_TRUNCATED = 0x02, FLAG_RECURSE = 0x01, FLAG_CAN_RECURSE = 0x80, CLASS_IN = 1 };

uint16_t dns_number(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }

static size_t put(uint8_t *out, size_t at, unsigned number) {
  out[at] = (uint8_t)(number >> 8), out[at + 1] = (uint8_t)number;
  return at + 2;
}

bool dns_read_record(const uint8_t *message, size_t length, size_t *at, struct dns_record *record) {
  record->owner = *at;
  if (!dns_name_skip(message, length, at) || length - *at < 10) return false;
  const uint8_t *fixed = message + *at;
  record->type = dns_number(fixed), record->class = dns_number(fixed + 2);
  record->ttl = (uint32_t)dns_number(fixed + 4) << 16 | dns_number(fixed + 6);
  record->length = dns_number(fixed + 8);
  record->at = *at += 10;
  if (record->length > length - *at) return false;
  *at += record->length;
  return true;
}

// What is asked on; a type is as good a place for hidden data as a name.
static bool is_known(uint16_t type) {
  static const uint16_t known[] = {DNS_A,   DNS_NS,  DNS_CNAME, DNS_SOA,  DNS_PTR,  DNS_MX,    DNS_TXT, DNS_AAAA,
                                   DNS_SRV, DNS_NAPTR, DNS_TLSA, DNS_SVCB, DNS_HTTPS, DNS_ANY, DNS_CAA};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i] == type) return true;
  return false;
}

static void read_extension(const uint8_t *message, size_t length, size_t at, struct dns_question *question) {
  struct dns_record record;
  if (!dns_read_record(message, length, &at, &record) || record.type != DNS_OPT || message[record.owner] != 0) return;
  question->edns = true;
  if (record.class > question->room) question->room = record.class; // of OPT, the class is a size
}

int dns_read_question(const uint8_t *message, size_t length, struct dns_question *question) {
  size_t at = DNS_HEADER;
  memset(question, 0, sizeof *question);
  question->room = DNS_DATAGRAM;
  if (length < DNS_HEADER || (message[2] & FLAG_ANSWER)) return -1;
  question->id = dns_number(message);
  if (message[2] & FLAG_OPCODE) return DNS_NOTIMP;
  if (dns_number(message + 4) != 1 || dns_number(message + 6) != 0 || dns_number(message + 8) != 0) return DNS_FORMERR;
  // Nothing stands before this name that it could point to, and an answer repeats it as it is.
  for (size_t label = at; label < length && message[label]; label += 1 + (size_t)message[label])
    if (message[label] > 63) return DNS_FORMERR;
  if (!dns_name_skip(message, length, &at) || length - at < 4) return DNS_FORMERR;
  question->wire_length = at + 4 - DNS_HEADER;
  memcpy(question->wire, message + DNS_HEADER, question->wire_length);
  question->type = dns_number(message + at);
  if (dns_number(message + 10) == 1) read_extension(message, length, at + 4, question);
  size_t again = DNS_HEADER;
  if (dns_number(message + at + 2) != CLASS_IN || !is_known(question->type)) return DNS_NOTIMP;
  if (!dns_name_read(message, length, &again, question->name)) return DNS_NXDOMAIN; // nobody's name
  return DNS_NOERROR;
}

size_t dns_write_query(const struct dns_question *question, uint16_t id, bool edns, uint8_t out[DNS_QUERY_ROOM]) {
  size_t at = 0;
  at = put(out, at, id);
  at = put(out, at, FLAG_RECURSE << 8);
  at = put(out, at, 1);
  at = put(out, at, 0);
  at = put(out, at, 0);
  at = put(out, at, edns);
  memcpy(out + at, question->wire, question->wire_length);
  // Upper case could carry what the name does not say. A label's length is no letter's: at most 63.
  for (size_t i = at; i < at + question->wire_length - 4; i++)
    if (out[i] >= 'A' && out[i] <= 'Z') out[i] = (uint8_t)(out[i] + ('a' - 'A'));
  at += question->wire_length;
  if (!edns) return at;
  out[at++] = 0;
  at = put(out, at, DNS_OPT);
  at = put(out, at, DNS_SAFE_DATAGRAM);
  at = put(out, at, 0);
  at = put(out, at, 0);
  return put(out, at, 0);
}

static size_t write_header(const struct dns_question *question, enum dns_code code, bool truncated, unsigned records, uint8_t *out) {
  size_t at = 0;
  at = put(out, at, question->id);
  out[at++] = FLAG_ANSWER | FLAG_RECURSE | (truncated ? FLAG_TRUNCATED : 0);
  out[at++] = (uint8_t)(FLAG_CAN_RECURSE | code);
  at = put(out, at, question->wire_length != 0);
  at = put(out, at, records);
  at = put(out, at, 0);
  at = put(out, at, question->edns);
  memcpy(out + at, question->wire, question->wire_length);
  return at + question->wire_length;
}

static size_t write_extension(const struct dns_question *question, enum dns_reason reason, size_t at, uint8_t *out) {
  if (!question->edns) return at;
  out[at++] = 0;
  at = put(out, at, DNS_OPT);
  at = put(out, at, DNS_SAFE_DATAGRAM);
  at = put(out, at, 0);
  at = put(out, at, 0);
  at = put(out, at, reason ? 6 : 0);
  if (!reason) return at;
  at = put(out, at, 15);
  at = put(out, at, 2);
  return put(out, at, reason);
}

size_t dns_write_empty(const struct dns_question *question, enum dns_code code, enum dns_reason reason, bool truncated, uint8_t *out) {
  return write_extension(question, reason, write_header(question, code, truncated, 0, out), out);
}

size_t dns_write_addresses(const struct dns_question *question, const struct dns_address *addresses, size_t count, uint32_t ttl, uint8_t *out) {
  size_t at = write_header(question, DNS_NOERROR, false, (unsigned)count, out);
  for (size_t i = 0; i < count; i++) {
    size_t length = addresses[i].family == AF_INET ? 4 : 16;
    at = put(out, at, 0xc000 | DNS_HEADER); // the question's name
    at = put(out, at, addresses[i].family == AF_INET ? DNS_A : DNS_AAAA);
    at = put(out, at, CLASS_IN);
    at = put(out, at, ttl >> 16);
    at = put(out, at, ttl & 0xffff);
    at = put(out, at, (unsigned)length);
    memcpy(out + at, addresses[i].bytes, length);
    at += length;
  }
  return write_extension(question, DNS_NO_REASON, at, out);
}

size_t dns_finish_records(const struct dns_question *question, uint16_t count, size_t length, uint8_t *out) {
  size_t at = write_header(question, DNS_NOERROR, false, count, out) + length;
  return write_extension(question, DNS_NO_REASON, at, out);
}
