// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "names.h"

#include <netinet/in.h>
#include <string.h>

#include "dns_name.h"

static const int protocols[] = {IPPROTO_TCP, IPPROTO_UDP};

bool name_is_public_address(const struct plan *plan, const struct address *address) {
  for (size_t i = 0; i < plan->public_count; i++)
    if (address_within(address, &plan->public[i])) return true;
  return false;
}

enum verdict name_verdict(const struct plan *plan, const char *name, int port, int protocol) {
  for (size_t i = 0; i < plan->name_count; i++) {
    const struct name_rule *rule = &plan->names[i];
    if (rule->protocol != protocol || rule->kind == NAME_PUBLIC || !verdict_covers(rule->allow, rule->from, rule->to, port)) continue;
    if (rule->kind == NAME_EXACT ? strcmp(name, rule->name) == 0 : dns_name_is_below(name, rule->name))
      return rule->allow ? ALLOWED : DENIED;
  }
  return UNSAID;
}

// `public` grants names as it grants addresses, where no rule names the name.
static enum verdict public_verdict(const struct plan *plan, const char *name, int protocol) {
  for (size_t i = 0; i < plan->name_count; i++) {
    const struct name_rule *rule = &plan->names[i];
    if (rule->protocol == protocol && rule->kind == NAME_PUBLIC && verdict_covers(rule->allow, rule->from, rule->to, ANY_PORT))
      return strcmp(name, "localhost") == 0 ? UNSAID : rule->allow ? ALLOWED : DENIED;
  }
  return UNSAID;
}

bool name_may_be_asked(const struct plan *plan, const char *name) {
  for (size_t i = 0; i < 2; i++) {
    enum verdict verdict = name_verdict(plan, name, ANY_PORT, protocols[i]);
    if (verdict == UNSAID) verdict = public_verdict(plan, name, protocols[i]);
    if (verdict == UNSAID) verdict = any_verdict(plan, ANY_PORT, false, protocols[i]);
    if (verdict == ALLOWED) return true;
  }
  return false;
}

static bool settle(const struct plan *plan, enum verdict by_address, enum verdict by_name, const struct address *address, int port, int protocol) {
  if (by_address == DENIED || by_name == DENIED) return false;
  if (by_address == ALLOWED) return true;
  if (by_name == ALLOWED && name_is_public_address(plan, address)) return true;
  return any_verdict(plan, port, false, protocol) == ALLOWED;
}

bool name_may_have(const struct plan *plan, const char *name, const struct address *address) {
  for (size_t i = 0; i < 2; i++) {
    enum verdict by_address = address_verdict(plan, address, ANY_PORT, false, protocols[i]);
    if (settle(plan, by_address, name_verdict(plan, name, ANY_PORT, protocols[i]), address, ANY_PORT, protocols[i])) return true;
  }
  return false;
}

bool name_settles(const struct plan *plan, const struct address *address, enum verdict by_name, int protocol) {
  return settle(plan, address_verdict(plan, address, address->port, false, protocol), by_name, address, address->port, protocol);
}
