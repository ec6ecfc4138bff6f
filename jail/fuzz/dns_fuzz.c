// SPDX-License-Identifier: Apache-2.0
// The fuzz target: whatever a nameserver answers, no address reaches the cell that its plan does not let it have; and
// whatever a cell asks, what goes out says its name and type and nothing else.
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns_answer.h"
#include "fuzz.h"
#include "names.h"
#include "plan.h"

unsigned long fuzz_accepted;
const char fuzz_name[] = "dns_fuzz";

enum { ID = 0x1234 };
static const char text[] = "cordon-plan 1\nidentity 1 1 1 1\nnamespaces user mount pid net ipc uts\ndirectory /a\nlandlock 1 1 1\n"
                           "seccomp 00060000000500267fff000000000000\nconnect allow tcp 10.1.0.0/16 80-80\nconnect deny tcp 93.184.0.0/16 0-65535\n"
                           "connect deny udp 93.184.0.0/16 0-65535\nnameserver cell\nname allow tcp *.example.test 443-443\n"
                           "name deny tcp *.denied.test 0-65535\nname deny udp *.denied.test 0-65535\npublic 8.0.0.0/5\npublic 80.0.0.0/4\n"
                           "public 2400::/6\ncwd /\nexec /a\narg a\nend\n";

static void hold_question(const unsigned char *data, size_t size) {
  struct dns_question question, again;
  uint8_t query[DNS_QUERY_ROOM], empty[DNS_DATAGRAM];
  int code = dns_read_question(data, size, &question);
  if (code < 0) return;
  fuzz_hold(dns_write_empty(&question, (enum dns_code)code, DNS_PROHIBITED, true, empty) <= sizeof empty, "an answer that is too long");
  if (code != DNS_NOERROR) return;
  size_t length = dns_write_query(&question, ID, true, query);
  fuzz_hold(length <= sizeof query, "a question that is too long");
  fuzz_hold(dns_read_question(query, length, &again) == DNS_NOERROR, "a question that cannot be read");
  fuzz_hold(again.id == ID && again.type == question.type && strcmp(again.name, question.name) == 0, "another question");
  // Beyond header, name, type, class and the extension without contents there is nothing.
  fuzz_hold(length == DNS_HEADER + question.wire_length + 11, "a question with more in it");
}

static void hold_addresses(const struct plan *plan, const char *name, const uint8_t *message, size_t length) {
  struct dns_record record;
  size_t at = DNS_HEADER;
  fuzz_hold(dns_name_skip(message, length, &at), "an answer without a question");
  at += 4;
  for (unsigned count = dns_number(message + 6); count; count--) {
    fuzz_hold(dns_read_record(message, length, &at, &record), "an answer that cannot be read");
    if (record.type != DNS_A && record.type != DNS_AAAA) continue;
    struct address address = {.family = record.type == DNS_A ? AF_INET : AF_INET6};
    fuzz_hold(record.length == (record.type == DNS_A ? 4 : 16), "an address that is none");
    memcpy(address.bytes, message + record.at, record.length);
    address_unmap(&address);
    fuzz_hold(name_may_have(plan, name, &address), "an address that the cell may not have");
  }
}

static void hold_answer(const struct plan *plan, const unsigned char *data, size_t size) {
  static uint8_t out[DNS_MOST + 64];
  static const uint16_t types[] = {DNS_A, DNS_AAAA, DNS_ANY, DNS_TXT};
  bool taken = false;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    uint8_t ask[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03" "api\x07" "example\x04" "test\x00\x00\x01\x00\x01";
    struct dns_question question;
    struct dns_answer answer;
    ask[sizeof ask - 1 - 4] = (uint8_t)(types[i] >> 8), ask[sizeof ask - 1 - 3] = (uint8_t)types[i];
    fuzz_hold(dns_read_question(ask, sizeof ask - 1, &question) == DNS_NOERROR, "the question itself");
    if (size > DNS_MOST) return;
    uint8_t *message = malloc(size ? size : 1); // of its exact size: it is changed in its place
    fuzz_hold(message, "memory");
    memcpy(message, data, size);
    if (dns_take_answer(plan, &question, ID, message, size, &answer) == ANSWER_TAKEN) {
      taken = true;
      size_t length = dns_write_answer(&question, &answer, message, out);
      fuzz_hold(length <= DNS_MOST, "an answer that is too long");
      hold_addresses(plan, question.name, out, length);
    }
    free(message);
  }
  fuzz_accepted += taken;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  char error[128];
  static struct plan *plan;
  char name[DNS_NAME_ROOM];
  if (!plan) plan = plan_parse(text, sizeof text - 1, error, sizeof error);
  fuzz_hold(plan, "the plan itself");
  for (size_t i = 0; i < size && i < 512; i++) {
    size_t at = i;
    if (dns_name_read(data, size, &at, name)) fuzz_hold(at > i && at <= size && strlen(name) <= 253, "a name past its end");
  }
  hold_question(data, size);
  hold_answer(plan, data, size);
  return 0;
}
