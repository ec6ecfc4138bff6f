// SPDX-License-Identifier: Apache-2.0
// What a nameserver answered: is it the answer, what of it may reach the cell, and in what form.
#pragma once

#include "dns_message.h"
#include "plan.h"

enum { DNS_MOST_ADDRESSES = 64, DNS_MOST_DROPPED = 4 };

enum dns_outcome {
  ANSWER_OTHERS,    // not an answer to this question: go on waiting
  ANSWER_UNUSABLE,  // malformed, or the nameserver cannot: ask the next one
  ANSWER_PLAIN,     // it takes no extensions: ask it without
  ANSWER_TRUNCATED, // ask over TCP
  ANSWER_TAKEN,
};

struct dns_answer {
  enum dns_code code;
  uint32_t ttl; // the shortest of what is used
  struct dns_address addresses[DNS_MOST_ADDRESSES]; // of the name, that may reach the cell
  size_t count;
  struct dns_address dropped[DNS_MOST_DROPPED]; // the first of those that may not
  size_t dropped_count;
  const char *forbidden; // a name that the answer leads through and that a rule denies; it stands in `alias`
  char alias[DNS_NAME_ROOM];
  uint16_t records;   // of a question for anything but addresses: how many stand in the message,
  size_t records_end; // from behind the question up to here
};

// Judges an answer to the question that was asked with this id. `message` is changed: an address that may not reach
// the cell is blotted out of records that are handed on as they are.
enum dns_outcome dns_take_answer(const struct plan *plan, const struct dns_question *question, uint16_t id, uint8_t *message, size_t length, struct dns_answer *answer);

// The message for the cell. `message` is the nameserver's, `out` has room for DNS_MOST. Returns its length.
size_t dns_write_answer(const struct dns_question *question, const struct dns_answer *answer, const uint8_t *message, uint8_t *out);
