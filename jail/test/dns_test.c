// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <string.h>

#include "check.h"
#include "dns_answer.h"
#include "dns_cache.h"
#include "plan.h"

enum { ID = 0x1234 };
static uint8_t message[DNS_MOST], out[DNS_MOST + 64];
static size_t length;
static struct plan *plan;
static struct dns_question question;
static struct dns_answer answer;

static void put(const void *bytes, size_t count) {
  memcpy(message + length, bytes, count);
  length += count;
}

static void put_number(unsigned number) { put((uint8_t[]){(uint8_t)(number >> 8), (uint8_t)number}, 2); }

static void put_name(const char *name) {
  for (const char *dot; *name; name = *dot ? dot + 1 : dot) {
    dot = strchr(name, '.') ? strchr(name, '.') : name + strlen(name);
    uint8_t size = (uint8_t)(dot - name);
    put(&size, 1);
    put(name, size);
  }
  put("", 1);
}

// A message with this id, flags and number of records, and a question.
static void begin(unsigned flags, unsigned records, const char *name, unsigned type) {
  length = 0;
  put_number(ID), put_number(flags), put_number(1), put_number(records), put_number(0), put_number(0);
  put_name(name);
  put_number(type), put_number(1);
}

static void record(const char *name, unsigned type, const void *data, size_t size) {
  put_name(name);
  put_number(type), put_number(1), put_number(0), put_number(60), put_number((unsigned)size);
  put(data, size);
}

static void alias(const char *name, const char *target) {
  put_name(name);
  put_number(DNS_CNAME), put_number(1), put_number(0), put_number(30), put_number((unsigned)strlen(target) + 2);
  put_name(target);
}

static int ask(const char *name, unsigned type) {
  begin(0x0100, 0, name, type);
  return dns_read_question(message, length, &question);
}

static enum dns_outcome take(void) { return dns_take_answer(plan, &question, ID, message, length, &answer); }

static const uint8_t eight[] = {8, 8, 8, 8}, ten[] = {10, 0, 0, 1};

static void questions(void) {
  test("a question is one name, one type, of the internet, and nothing besides");
  EXPECT(ask("API.Example.com", DNS_A) == DNS_NOERROR && strcmp(question.name, "api.example.com") == 0 && question.type == DNS_A);
  message[5] = 2;
  EXPECT(dns_read_question(message, length, &question) == DNS_FORMERR);
  ask("a.example", DNS_A);
  message[length - 1] = 3;
  EXPECT(dns_read_question(message, length, &question) == DNS_NOTIMP);
  EXPECT(ask("a.example", 0xff00) == DNS_NOTIMP);
  ask("a.example", DNS_A);
  message[2] |= 0x28;
  EXPECT(dns_read_question(message, length, &question) == DNS_NOTIMP);

  test("an answer is no question, and neither is half a header");
  begin(0x8180, 0, "a.example", DNS_A);
  EXPECT(dns_read_question(message, length, &question) == -1 && dns_read_question(message, 11, &question) == -1);

  test("a question that is cut off at any byte is refused");
  ask("api.example.com", DNS_A);
  for (size_t cut = DNS_HEADER; cut < length; cut++) EXPECT(dns_read_question(message, cut, &question) == DNS_FORMERR);

  test("a question's name has no pointers, no odd bytes and at most 253 letters");
  length = 0;
  begin(0x0100, 0, "", DNS_A);
  length = DNS_HEADER;
  put("\xc0\x0c", 2), put_number(DNS_A), put_number(1);
  EXPECT(dns_read_question(message, length, &question) == DNS_FORMERR);
  EXPECT(ask("a b.example", DNS_A) == DNS_NXDOMAIN && ask("a\x80.example", DNS_A) == DNS_NXDOMAIN);
  char longest[512] = "", label[64];
  memset(label, 'a', sizeof label), label[63] = '\0';
  for (int i = 0; i < 3; i++) strcat(longest, label), strcat(longest, ".");
  strncat(longest, label, 61);
  EXPECT(ask(longest, DNS_A) == DNS_NOERROR && strlen(question.name) == 253);
  strcat(longest, "a");
  EXPECT(ask(longest, DNS_A) == DNS_FORMERR);

  test("what is sent on has the name in lower case, the type, and nothing else of the cell's");
  uint8_t query[DNS_QUERY_ROOM];
  ask("aBc.EXAMPLE", DNS_TXT);
  size_t size = dns_write_query(&question, 0xbeef, false, query);
  EXPECT(size == length && query[0] == 0xbe && query[1] == 0xef && memcmp(query + DNS_HEADER, "\3abc\7example\0\0\x10\0\1", 17) == 0);

  test("an extended question is answered with an extension, and with what it takes over UDP");
  ask("a.example", DNS_A);
  message[11] = 1;
  put("\0\0\x29\x10\0\0\0\0\0\0\0", 11);
  EXPECT(dns_read_question(message, length, &question) == DNS_NOERROR && question.edns && question.room == 4096);
  size = dns_write_empty(&question, DNS_NXDOMAIN, DNS_PROHIBITED, false, out);
  EXPECT(size == DNS_HEADER + question.wire_length + 17 && out[size - 1] == DNS_PROHIBITED && (out[3] & 15) == DNS_NXDOMAIN && out[11] == 1);
}

static void forgeries(void) {
  test("an answer with another id, another name, another type or no question is not waited for");
  ask("a.example", DNS_A);
  struct dns_question asked = question;
  begin(0x8180, 1, "a.example", DNS_A), record("a.example", DNS_A, eight, 4);
  message[1] ^= 1;
  EXPECT(take() == ANSWER_OTHERS);
  begin(0x8180, 1, "b.example", DNS_A), record("b.example", DNS_A, eight, 4);
  EXPECT(take() == ANSWER_OTHERS);
  begin(0x8180, 0, "a.example", DNS_AAAA);
  EXPECT(take() == ANSWER_OTHERS);
  begin(0x0180, 0, "a.example", DNS_A);
  EXPECT(take() == ANSWER_OTHERS);
  begin(0x8180, 0, "a.example", DNS_A);
  EXPECT(dns_take_answer(plan, &asked, ID, message, DNS_HEADER, &answer) == ANSWER_OTHERS);

  test("the answer's own spelling of the name does not matter");
  begin(0x8180, 1, "A.eXample", DNS_A), record("a.EXAMPLE", DNS_A, eight, 4);
  EXPECT(take() == ANSWER_TAKEN && answer.count == 1);

  test("records that run over the end, or are fewer than announced, are unusable");
  begin(0x8180, 1, "a.example", DNS_A), record("a.example", DNS_A, eight, 4);
  size_t whole = length;
  for (length = DNS_HEADER + question.wire_length; length < whole; length++) EXPECT(take() == ANSWER_UNUSABLE);
  message[7] = 2;
  EXPECT(take() == ANSWER_UNUSABLE);

  test("servers that fail, refuse, know no extensions or have more to say are told apart");
  begin(0x8182, 0, "a.example", DNS_A);
  EXPECT(take() == ANSWER_UNUSABLE);
  begin(0x8185, 0, "a.example", DNS_A);
  EXPECT(take() == ANSWER_UNUSABLE);
  begin(0x8181, 0, "a.example", DNS_A);
  EXPECT(take() == ANSWER_PLAIN);
  begin(0x8380, 0, "a.example", DNS_A);
  EXPECT(take() == ANSWER_TRUNCATED);
}

static void addresses(void) {
  test("what is not public is taken out, and what is left comes under the name that was asked for");
  ask("a.example", DNS_A);
  begin(0x8180, 3, "a.example", DNS_A), record("a.example", DNS_A, ten, 4), record("a.example", DNS_A, eight, 4), record("a.example", DNS_A, "\x7f\0\0\1", 4);
  EXPECT(take() == ANSWER_TAKEN && answer.count == 1 && memcmp(answer.addresses[0].bytes, eight, 4) == 0 && answer.dropped_count == 2);
  size_t size = dns_write_answer(&question, &answer, message, out), at = DNS_HEADER + question.wire_length;
  struct dns_record found;
  EXPECT(dns_number(out + 6) == 1 && dns_read_record(out, size, &at, &found) && at == size && memcmp(out + found.at, eight, 4) == 0 && found.ttl == 60);

  test("IPv6 in which IPv4 is mapped is taken out");
  uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 8, [13] = 8, [14] = 8, [15] = 8};
  ask("a.example", DNS_AAAA);
  begin(0x8180, 1, "a.example", DNS_AAAA), record("a.example", DNS_AAAA, mapped, 16);
  EXPECT(take() == ANSWER_TAKEN && answer.count == 0 && answer.dropped_count == 1);

  test("aliases are followed in whatever order they come; a stranger's address in the answer is not taken");
  ask("a.example", DNS_A);
  begin(0x8180, 4, "a.example", DNS_A), record("z.cdn.test", DNS_A, eight, 4), alias("y.cdn.test", "z.cdn.test"), alias("a.example", "y.cdn.test"), record("stranger.test", DNS_A, "\x9\x9\x9\x9", 4);
  EXPECT(take() == ANSWER_TAKEN && answer.count == 1 && answer.ttl == 30 && memcmp(answer.addresses[0].bytes, eight, 4) == 0);

  test("an alias that a rule denies is refused, whatever its address");
  begin(0x8180, 2, "a.example", DNS_A), alias("a.example", "x.denied.test"), record("x.denied.test", DNS_A, eight, 4);
  EXPECT(take() == ANSWER_TAKEN && answer.count == 0 && answer.forbidden && strcmp(answer.forbidden, "x.denied.test") == 0);
  size = dns_write_answer(&question, &answer, message, out);
  EXPECT((out[3] & 15) == DNS_NXDOMAIN && dns_number(out + 6) == 0 && size < DNS_DATAGRAM);

  test("a ring of aliases, and more than sixteen, end");
  begin(0x8180, 2, "a.example", DNS_A), alias("a.example", "b.example"), alias("b.example", "a.example");
  EXPECT(take() == ANSWER_UNUSABLE);

  test("a name that points at itself, ahead or past the end is no name");
  char name[DNS_NAME_ROOM];
  size_t from = 0;
  EXPECT(!dns_name_read((const uint8_t *)"\xc0\x00", 2, &from, name));
  from = 0;
  EXPECT(!dns_name_read((const uint8_t *)"\xc0\x04\0\0\0", 5, &from, name));
  from = 0;
  EXPECT(!dns_name_read((const uint8_t *)"\3ab", 3, &from, name));
  from = 3;
  EXPECT(dns_name_read((const uint8_t *)"\1b\0\1a\xc0\x00", 7, &from, name) && strcmp(name, "a.b") == 0 && from == 7);
  for (uint8_t first = 61; first <= 62; first++) { // and 191 letters and a dot behind them
    uint8_t long_name[300];
    memset(long_name, 'a', sizeof long_name);
    long_name[0] = long_name[64] = long_name[128] = 63, long_name[192] = 0, long_name[193] = first;
    long_name[194 + first] = 0xc0, long_name[195 + first] = 0;
    from = 193;
    EXPECT(dns_name_read(long_name, sizeof long_name, &from, name) == (first == 61) && (first == 62 || strlen(name) == 253));
  }

  test("of more addresses than there is room for the first are taken");
  begin(0x8180, 200, "a.example", DNS_A);
  for (int i = 0; i < 200; i++) record("a.example", DNS_A, eight, 4);
  EXPECT(take() == ANSWER_TAKEN && answer.count == DNS_MOST_ADDRESSES);
}

static void other_records(void) {
  test("other records come as they are; an address among them that the cell may not have is blotted out");
  ask("a.example", DNS_ANY);
  begin(0x8180, 3, "a.example", DNS_ANY), record("a.example", DNS_TXT, "\5hello", 6), record("a.example", DNS_A, ten, 4), record("a.example", DNS_A, eight, 4);
  EXPECT(take() == ANSWER_TAKEN && answer.count == 1 && answer.dropped_count == 1);
  size_t size = dns_write_answer(&question, &answer, message, out), at = DNS_HEADER + question.wire_length;
  struct dns_record found;
  EXPECT(dns_number(out + 6) == 3 && dns_read_record(out, size, &at, &found) && memcmp(out + found.at, "\5hello", 6) == 0);
  EXPECT(dns_read_record(out, size, &at, &found) && found.type != DNS_A && memcmp(out + found.at, "\0\0\0\0", 4) == 0);
  EXPECT(dns_read_record(out, size, &at, &found) && found.type == DNS_A && memcmp(out + found.at, eight, 4) == 0 && at == size);

  test("what stands behind the answer's own records does not reach the cell");
  ask("a.example", DNS_TXT);
  begin(0x8180, 1, "a.example", DNS_TXT), record("a.example", DNS_TXT, "\1x", 2), record("ns.example", DNS_A, ten, 4);
  message[9] = 1;
  EXPECT(take() == ANSWER_TAKEN);
  size = dns_write_answer(&question, &answer, message, out);
  EXPECT(dns_number(out + 8) == 0 && dns_number(out + 10) == 0 && size < length);
}

static void keeping(void) {
  uint32_t ttl = 0;
  test("an answer is kept for as long as it says, and one that says nothing is not");
  ask("a.example", DNS_A);
  begin(0x8180, 1, "a.example", DNS_A), record("a.example", DNS_A, eight, 4);
  take();
  dns_cache_add(&question, &answer, 1000);
  const struct dns_answer *kept = dns_cache_find(&question, 11000, &ttl);
  EXPECT(kept && kept->count == 1 && ttl == 50 && !dns_cache_find(&question, 61000, &ttl));
  ask("b.example", DNS_A);
  EXPECT(!dns_cache_find(&question, 2000, &ttl));
  answer.ttl = 0;
  dns_cache_add(&question, &answer, 1000);
  EXPECT(!dns_cache_find(&question, 1000, &ttl));

  test("more answers than there is room for run over nothing");
  answer.ttl = 60;
  for (unsigned i = 0; i < 500; i++) {
    snprintf(question.name, sizeof question.name, "n%u.example", i);
    dns_cache_add(&question, &answer, 0);
  }
  EXPECT(dns_cache_find(&question, 1, &ttl));
}

int main(void) {
  static const char text[] = "cordon-plan 1\nidentity 1 1 1 1\nnamespaces user mount pid net ipc uts\ndirectory /a\nlandlock 1 1 1\n"
                             "seccomp 00060000000500267fff000000000000\nnameserver cell\nname allow tcp *.example 443-443\n"
                             "name deny tcp *.denied.test 0-65535\nname deny udp *.denied.test 0-65535\npublic 8.0.0.0/7\npublic 2400::/6\ncwd /\nexec /a\narg a\nend\n";
  char error[128];
  plan = plan_parse(text, sizeof text - 1, error, sizeof error);
  if (!plan) return 1;
  questions();
  forgeries();
  addresses();
  other_records();
  keeping();
  plan_free(plan);
  return tests_done("dns_test");
}
