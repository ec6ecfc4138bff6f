// SPDX-License-Identifier: Apache-2.0
// The plan's verbs that the broker goes by: addresses, names, and who resolves them.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "dns_name.h"
#include "plan_reader.h"
#include "words.h"

static bool read_ports(char *word, uint16_t *first, uint16_t *last) {
  char *dash = strchr(word, '-');
  uint64_t from, to;
  if (!dash) return false;
  *dash = '\0';
  if (!word_number(word, 65535, &from) || !word_number(dash + 1, 65535, &to) || from > to) return false;
  *first = (uint16_t)from, *last = (uint16_t)to;
  return true;
}

static bool read_address(const char *word, struct network *into) {
  into->family = strchr(word, ':') ? AF_INET6 : AF_INET;
  into->prefix = into->family == AF_INET ? 32 : 128;
  return inet_pton(into->family, word, into->address) == 1;
}

static bool read_network(char *word, struct network *into) {
  char *slash = strchr(word, '/');
  uint64_t prefix;
  if (!slash) return false;
  *slash = '\0';
  if (!read_address(word, into) || !word_number(slash + 1, into->prefix, &prefix)) return false;
  into->prefix = (unsigned)prefix;
  return true;
}

static bool read_effect(struct reader *r, bool *allow, int *protocol) {
  bool tcp;
  if (!word_one_of(r->words[1], "allow", "deny", allow) || !word_one_of(r->words[2], "tcp", "udp", &tcp)) return false;
  *protocol = tcp ? IPPROTO_TCP : IPPROTO_UDP;
  return true;
}

// connect|bind allow|deny tcp|udp ADDRESS/PREFIX|* FROM-TO
bool plan_read_net(struct reader *r) {
  struct plan *p = r->plan;
  struct net_rule rule = {.bind = !strcmp(r->words[0], "bind")};
  struct network network = {.family = AF_UNSPEC};
  if (!read_effect(r, &rule.allow, &rule.protocol)) return plan_refuse(r, "expected allow or deny, tcp or udp");
  if (strcmp(r->words[3], "*") != 0 && !read_network(r->words[3], &network))
    return plan_refuse(r, "expected an address with a prefix length, or *");
  rule.family = network.family, rule.prefix = network.prefix;
  memcpy(rule.address, network.address, sizeof rule.address);
  if (!read_ports(r->words[4], &rule.from, &rule.to)) return plan_refuse(r, "expected ports FROM-TO");
  struct net_rule *rules = plan_grow(p->net, p->net_count, &r->net_room, sizeof *rules, PLAN_MAX_RULES);
  if (!rules) return plan_refuse(r, "too many rules");
  p->net = rules;
  p->net[p->net_count++] = rule;
  return true;
}

bool plan_read_nameserver(struct reader *r) {
  r->plan->nameserver = strcmp(r->words[1], "cell") == 0;
  return r->plan->nameserver || plan_refuse(r, "expected cell");
}

// name allow|deny tcp|udp NAME|*.NAME|public FROM-TO
bool plan_read_name(struct reader *r) {
  struct plan *p = r->plan;
  struct name_rule rule = {.name = r->words[3]};
  if (!read_effect(r, &rule.allow, &rule.protocol)) return plan_refuse(r, "expected allow or deny, tcp or udp");
  if (!strcmp(rule.name, "public")) rule = (struct name_rule){.allow = rule.allow, .protocol = rule.protocol, .kind = NAME_PUBLIC};
  else if (!strncmp(rule.name, "*.", 2)) rule.kind = NAME_BELOW, rule.name += 2;
  if (rule.name && !dns_name_is_host(rule.name)) return plan_refuse(r, "expected a name in lower case, *.NAME or public");
  if (!read_ports(r->words[4], &rule.from, &rule.to)) return plan_refuse(r, "expected ports FROM-TO");
  struct name_rule *rules = plan_grow(p->names, p->name_count, &r->name_room, sizeof *rules, PLAN_MAX_RULES);
  if (!rules) return plan_refuse(r, "too many rules");
  p->names = rules;
  p->names[p->name_count++] = rule;
  return true;
}

// public ADDRESS/PREFIX
bool plan_read_public(struct reader *r) {
  struct plan *p = r->plan;
  struct network network = {0};
  if (!read_network(r->words[1], &network)) return plan_refuse(r, "expected an address with a prefix length");
  struct network *networks = plan_grow(p->public, p->public_count, &r->public_room, sizeof *networks, PLAN_MAX_RULES);
  if (!networks) return plan_refuse(r, "too many networks");
  p->public = networks;
  p->public[p->public_count++] = network;
  return true;
}

// resolver ADDRESS[%INTERFACE-NUMBER] PORT
bool plan_read_resolver(struct reader *r) {
  struct plan *p = r->plan;
  struct resolver_step resolver = {0};
  char *percent = strchr(r->words[1], '%');
  uint64_t number;
  if (p->resolver_count == PLAN_MAX_RESOLVERS) return plan_refuse(r, "too many resolvers");
  if (percent) {
    *percent = '\0';
    if (!word_number(percent + 1, UINT32_MAX, &number) || !number) return plan_refuse(r, "expected the number of an interface");
    resolver.scope = (uint32_t)number;
  }
  if (!read_address(r->words[1], &resolver.at) || !word_number(r->words[2], 65535, &number) || !number ||
      (percent && resolver.at.family != AF_INET6))
    return plan_refuse(r, "expected an address and a port");
  resolver.port = (uint16_t)number;
  p->resolvers[p->resolver_count++] = resolver;
  return true;
}

// host NAME ADDRESS
bool plan_read_host(struct reader *r) {
  struct plan *p = r->plan;
  struct host_step host = {.name = r->words[1]};
  if (!dns_name_is_host(host.name) || !read_address(r->words[2], &host.at)) return plan_refuse(r, "expected a name in lower case and an address");
  struct host_step *hosts = plan_grow(p->hosts, p->host_count, &r->host_room, sizeof *hosts, PLAN_MAX_RULES);
  if (!hosts) return plan_refuse(r, "too many hosts");
  p->hosts = hosts;
  p->hosts[p->host_count++] = host;
  return true;
}
