// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "resolver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "monotonic.h"
#include "dns_cache.h"
#include "dns_forward.h"
#include "names.h"
#include "pins.h"
#include "status.h"
#include "traffic.h"

static const struct plan *plan;

// Questions that leave the cell are rationed: each could carry a few bytes to whoever has the name.
enum { BURST = 256, PER_SECOND = 64, HOST_SECONDS = 60 };
static uint64_t spent_until; // a question costs 1000 / PER_SECOND milliseconds

// Libraries ask for one name two to eight times (A and AAAA, again, with another library): that is one refusal.
enum { REMEMBERED = 32, ONE_REFUSAL_MS = 1000 };
static struct refused {
  uint64_t until;
  char text[DNS_NAME_ROOM + INET6_ADDRSTRLEN];
} refused[REMEMBERED];

void resolver_open(const struct plan *given, int epoll) {
  plan = given;
  dns_forward_open(given, epoll);
}

void resolver_event(uint64_t tag, uint32_t events) {
  uint32_t kind = (uint32_t)tag;
  if (kind == TAG_DNS_TIMER) dns_forward_time();
  else if (kind >= TAG_DNS_FORWARD) dns_forward_event(tag);
  else dns_serve_event(tag, events);
}

static bool may_spend(void) {
  const uint64_t now = clock_ms(), cost = 1000 / PER_SECOND;
  if (spent_until < now) spent_until = now;
  if (spent_until - now >= BURST * cost) return false;
  spent_until += cost;
  return true;
}

static bool is_news(const char *text) {
  const uint64_t now = clock_ms();
  size_t oldest = 0;
  for (size_t i = 0; i < REMEMBERED; i++) {
    if (refused[i].until > now && strcmp(refused[i].text, text) == 0) return false;
    if (refused[i].until < refused[oldest].until) oldest = i;
  }
  refused[oldest].until = now + ONE_REFUSAL_MS;
  snprintf(refused[oldest].text, sizeof refused[oldest].text, "%s", text);
  return true;
}

static void report_name(const char *name) {
  char text[DNS_NAME_ROOM + 8];
  snprintf(text, sizeof text, "tcp://%s", name);
  if (!is_news(name)) return;
  traffic_refused(text);
  status_denied("net.connect", text, "filters");
}

// An answer that the cell may not have: the address is what a grant would have to name.
static void report_dropped(const char *name, const struct dns_address *dropped) {
  char host[INET6_ADDRSTRLEN] = "", text[INET6_ADDRSTRLEN + 16], both[DNS_NAME_ROOM + INET6_ADDRSTRLEN];
  inet_ntop(dropped->family, dropped->bytes, host, sizeof host);
  snprintf(both, sizeof both, "%s %s", host, name);
  snprintf(text, sizeof text, dropped->family == AF_INET ? "tcp://%s" : "tcp://[%s]", host);
  if (is_news(both)) status_denied_name("net.connect", text, name, "filters");
}

static void answer_empty(const struct dns_asker *asker, const struct dns_question *question, enum dns_code code, enum dns_reason reason) {
  uint8_t out[DNS_DATAGRAM];
  dns_serve_answer(asker, question, out, dns_write_empty(question, code, reason, false, out));
}

// Hands an answer over, after the addresses in it have been pinned to the name.
static void answer_with(const struct dns_asker *asker, const struct dns_question *question, const struct dns_answer *answer, const uint8_t *message) {
  static uint8_t out[DNS_MOST + 64];
  const uint64_t now = clock_ms();
  for (size_t i = 0; i < answer->count && !answer->forbidden; i++) {
    struct address address = {.family = answer->addresses[i].family};
    memcpy(address.bytes, answer->addresses[i].bytes, sizeof address.bytes);
    address_unmap(&address);
    pins_add(question->name, &address, answer->ttl, now);
  }
  dns_serve_answer(asker, question, out, dns_write_answer(question, answer, message, out));
}

static void report_answer(const struct dns_question *question, const struct dns_answer *answer) {
  if (answer->forbidden) report_name(answer->forbidden);
  for (size_t i = 0; i < answer->dropped_count; i++) report_dropped(question->name, &answer->dropped[i]);
}

// What needs no nameserver: `localhost` (RFC 6761) and the host's own list. False if the name is in neither.
static bool answer_here(const struct dns_asker *asker, const struct dns_question *question) {
  static const struct host_step local[] = {
      {"localhost", {.family = AF_INET, .address = {127, 0, 0, 1}}},
      {"localhost", {.family = AF_INET6, .address = {[15] = 1}}},
  };
  bool is_local = !strcmp(question->name, "localhost") || dns_name_is_below(question->name, "localhost"), is_known = is_local;
  const struct host_step *hosts = is_local ? local : plan->hosts;
  size_t count = is_local ? 2 : plan->host_count;
  struct dns_answer answer = {.ttl = HOST_SECONDS};
  for (size_t i = 0; i < count; i++) {
    if (!is_local && strcmp(hosts[i].name, question->name) != 0) continue;
    struct dns_address found = {.family = hosts[i].at.family};
    struct address address = {.family = hosts[i].at.family};
    memcpy(found.bytes, hosts[i].at.address, sizeof found.bytes);
    memcpy(address.bytes, hosts[i].at.address, sizeof address.bytes);
    is_known = true;
    if (question->type != (found.family == AF_INET ? DNS_A : DNS_AAAA)) continue;
    if (is_local || name_may_have(plan, question->name, &address)) {
      if (answer.count < DNS_MOST_ADDRESSES) answer.addresses[answer.count++] = found;
    } else if (answer.dropped_count < DNS_MOST_DROPPED) {
      answer.dropped[answer.dropped_count++] = found;
    }
  }
  if (!is_known) return false;
  bool empty = question->type != DNS_A && question->type != DNS_AAAA;
  report_answer(question, &answer);
  if (empty) answer_empty(asker, question, DNS_NOERROR, DNS_NO_REASON);
  else answer_with(asker, question, &answer, NULL);
  return true;
}

void resolver_ask(const struct dns_asker *asker, const uint8_t *message, size_t length) {
  struct dns_question question;
  uint32_t ttl;
  int code = dns_read_question(message, length, &question);
  if (code < 0) return;
  if (code != DNS_NOERROR) {
    answer_empty(asker, &question, (enum dns_code)code, DNS_NO_REASON);
    return;
  }
  bool is_local = !strcmp(question.name, "localhost") || dns_name_is_below(question.name, "localhost");
  bool is_name = dns_name_is_host(question.name) || question.name[0] == '\0';
  if (!is_local && (!is_name || !name_may_be_asked(plan, question.name))) {
    report_name(question.name);
    // As if it did not exist: a library that hears "refused" asks again and again.
    answer_empty(asker, &question, DNS_NXDOMAIN, DNS_PROHIBITED);
    return;
  }
  if (answer_here(asker, &question)) return;
  const struct dns_answer *known = dns_cache_find(&question, clock_ms(), &ttl);
  if (known) {
    struct dns_answer answer = *known;
    answer.ttl = ttl;
    answer_with(asker, &question, &answer, NULL);
    return;
  }
  if (!may_spend() || !dns_forward(asker, &question)) answer_empty(asker, &question, DNS_SERVFAIL, DNS_NO_REASON);
}

void resolver_answered(const struct dns_asker *asker, const struct dns_question *question, const struct dns_answer *answer, const uint8_t *message) {
  if (!answer) {
    answer_empty(asker, question, DNS_SERVFAIL, DNS_NO_REASON);
    return;
  }
  report_answer(question, answer);
  dns_cache_add(question, answer, clock_ms());
  answer_with(asker, question, answer, message);
}
