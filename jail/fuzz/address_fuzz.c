// SPDX-License-Identifier: Apache-2.0
// The fuzz target: an address is decided on as the kernel would understand it, and by the rules as they are written.
// The input is a socket address as a program writes it; of its first two bytes one says how it is asked about.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "fuzz.h"

unsigned long fuzz_accepted;
const char fuzz_name[] = "address_fuzz";

static const char text[] = "cordon-plan 1\nidentity 1 1 1 1\nlandlock 1 1 1\nseccomp 00060000000500267fff000000000000\n"
                           "connect deny tcp 127.0.0.9/32 0-65535\nconnect allow tcp 127.0.0.0/9 1024-4096\nconnect deny tcp 10.1.2.0/23 80-80\n"
                           "connect allow tcp 10.0.0.0/8 80-443\nconnect allow udp ::1/128 53-53\nconnect deny udp fe80::/10 0-65535\n"
                           "connect allow udp fc00::/7 0-65535\nconnect deny tcp * 25-25\nconnect allow tcp * 1-100\nbind allow tcp 0.0.0.0/32 3000-3000\n"
                           "bind allow udp 127.128.0.0/9 0-65535\ncwd /\nexec /a\narg a\nend\n";

// Bit by bit, in place of the bytes and masks of the real one.
static bool is_within(const struct address *address, const struct net_rule *rule) {
  if (rule->family != address->family) return false;
  for (unsigned bit = 0; bit < rule->prefix; bit++)
    if ((address->bytes[bit / 8] ^ rule->address[bit / 8]) >> (7 - bit % 8) & 1) return false;
  return true;
}

static bool is_allowed(const struct plan *plan, const struct address *address, bool for_bind, int protocol) {
  for (int any = 0; any < 2; any++)
    for (size_t i = 0; i < plan->net_count; i++) {
      const struct net_rule *rule = &plan->net[i];
      bool here = any ? rule->family == AF_UNSPEC : is_within(address, rule);
      if (here && rule->bind == for_bind && rule->protocol == protocol && address->port >= rule->from && address->port <= rule->to) return rule->allow;
    }
  return false;
}

// Where a datagram socket is connected to afterwards (nothing is sent) is what the kernel has understood.
static void hold_kernel(const struct sockaddr_storage *raw, socklen_t length, const struct address *address) {
  static const int families[] = {AF_INET, AF_INET6};
  for (size_t i = 0; i < 2; i++) {
    struct sockaddr_storage peer = {0};
    struct address understood;
    socklen_t peer_length = sizeof peer;
    int fd = socket(families[i], SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;
    if (raw->ss_family != AF_UNSPEC && connect(fd, (const struct sockaddr *)raw, length) == 0 && getpeername(fd, (struct sockaddr *)&peer, &peer_length) == 0) {
      fuzz_hold(address, "an address that the kernel connects to and that was none");
      fuzz_hold(address_read(&peer, peer_length, false, &understood), "a peer that has no address");
      fuzz_hold(memcmp(understood.bytes, address->bytes, sizeof understood.bytes) == 0 && understood.family == address->family && understood.port == address->port,
                "another address than the kernel's");
    }
    close(fd);
  }
}

static void hold_printed(const struct address *address, int protocol) {
  char printed[80], host[80], *port;
  uint8_t bytes[16] = {0};
  address_print(address, protocol, printed, sizeof printed);
  fuzz_hold(strlen(printed) < sizeof printed - 1 && strncmp(printed, protocol == IPPROTO_TCP ? "tcp://" : "udp://", 6) == 0, "a text without a protocol");
  snprintf(host, sizeof host, "%s", printed + 6 + (address->family == AF_INET6));
  port = strrchr(host, ':');
  fuzz_hold(port, "a text without a port");
  port[address->family == AF_INET6 ? -1 : 0] = '\0';
  fuzz_hold(atoi(port + 1) == address->port && inet_pton(address->family, host, bytes) == 1 && memcmp(bytes, address->bytes, 16) == 0, "a text of another address");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  static struct plan *plan;
  struct sockaddr_storage raw = {0};
  struct address address;
  char error[128];
  if (!plan) plan = plan_parse(text, sizeof text - 1, error, sizeof error);
  fuzz_hold(plan, "the plan itself");
  if (size < 3 || size - 1 > sizeof raw) return 0;
  bool for_bind = data[0] & 1;
  int protocol = data[0] & 2 ? IPPROTO_UDP : IPPROTO_TCP;
  socklen_t length = (socklen_t)size - 1;
  memcpy(&raw, data + 1, length);
  bool read = address_read(&raw, length, for_bind, &address);
  if (!for_bind) hold_kernel(&raw, length, read ? &address : NULL);
  if (!read) return 0;
  fuzz_accepted++;
  fuzz_hold(address.family == AF_INET || address.family == AF_INET6, "a family that is none");
  hold_printed(&address, protocol);
  fuzz_hold(address_allowed(plan, &address, for_bind, protocol) == is_allowed(plan, &address, for_bind, protocol), "a rule that does not hold as it is written");
  return 0;
}
