// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

void address_unmap(struct address *address) {
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
  if (address->family != AF_INET6 || memcmp(address->bytes, mapped, sizeof mapped) != 0) return;
  address->family = AF_INET;
  memmove(address->bytes, address->bytes + 12, 4);
  memset(address->bytes + 4, 0, 12);
}

bool address_read(const struct sockaddr_storage *from, socklen_t length, bool for_bind, struct address *out) {
  static const uint8_t zero[16];
  memset(out, 0, sizeof *out);
  if (from->ss_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)from;
    out->family = AF_INET;
    out->port = ntohs(in->sin_port);
    memcpy(out->bytes, &in->sin_addr, 4);
  } else if (from->ss_family == AF_INET6 && length >= 24 /* SIN6_LEN_RFC2133: without the scope id */) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
    out->family = AF_INET6;
    out->port = ntohs(in6->sin6_port);
    memcpy(out->bytes, &in6->sin6_addr, 16);
    address_unmap(out);
  } else {
    return false;
  }
  if (!for_bind && memcmp(out->bytes, zero, out->family == AF_INET ? 4 : 16) == 0) {
    if (out->family == AF_INET) out->bytes[0] = 127;
    out->bytes[out->family == AF_INET ? 3 : 15] = 1;
  }
  return true;
}

static bool within(const uint8_t *address, const uint8_t *network, unsigned prefix) {
  unsigned whole = prefix / 8, rest = prefix % 8;
  if (memcmp(address, network, whole) != 0) return false;
  return rest == 0 || ((address[whole] ^ network[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

bool address_within(const struct address *address, const struct network *network) {
  return network->family == address->family && within(address->bytes, network->address, network->prefix);
}

bool verdict_covers(bool allow, uint16_t from, uint16_t to, int port) {
  if (port != ANY_PORT) return from <= port && port <= to;
  return allow || (from <= 1 && to == UINT16_MAX);
}

static bool covers(const struct net_rule *rule, int port, bool for_bind, int protocol) {
  return rule->bind == for_bind && rule->protocol == protocol && verdict_covers(rule->allow, rule->from, rule->to, port);
}

enum verdict address_verdict(const struct plan *plan, const struct address *address, int port, bool for_bind, int protocol) {
  for (size_t i = 0; i < plan->net_count; i++) {
    const struct net_rule *rule = &plan->net[i];
    if (rule->family == address->family && covers(rule, port, for_bind, protocol) && within(address->bytes, rule->address, rule->prefix))
      return rule->allow ? ALLOWED : DENIED;
  }
  return UNSAID;
}

enum verdict any_verdict(const struct plan *plan, int port, bool for_bind, int protocol) {
  for (size_t i = 0; i < plan->net_count; i++) {
    const struct net_rule *rule = &plan->net[i];
    if (rule->family == AF_UNSPEC && covers(rule, port, for_bind, protocol)) return rule->allow ? ALLOWED : DENIED;
  }
  return UNSAID;
}

bool address_allowed(const struct plan *plan, const struct address *address, bool for_bind, int protocol) {
  enum verdict verdict = address_verdict(plan, address, address->port, for_bind, protocol);
  if (verdict == UNSAID) verdict = any_verdict(plan, address->port, for_bind, protocol);
  return verdict == ALLOWED;
}

bool address_is_loopback(const struct address *address) {
  static const uint8_t one[16] = {[15] = 1};
  return address->family == AF_INET ? address->bytes[0] == 127 : memcmp(address->bytes, one, 16) == 0;
}

void address_print(const struct address *address, int protocol, char *text, size_t size) {
  char host[INET6_ADDRSTRLEN] = "";
  inet_ntop(address->family, address->bytes, host, sizeof host);
  snprintf(text, size, address->family == AF_INET ? "%s://%s:%u" : "%s://[%s]:%u", protocol == IPPROTO_TCP ? "tcp" : "udp",
           host, address->port);
}
