// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "address.h"
#include "check.h"

// "1.2.3.4" or "::1" as a program would write it.
static struct sockaddr_storage raw(const char *host, uint16_t port) {
  struct sockaddr_storage storage = {0};
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  if (inet_pton(AF_INET, host, &in.sin_addr) == 1) memcpy(&storage, &in, sizeof in);
  else if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) memcpy(&storage, &in6, sizeof in6);
  return storage;
}

static struct address at(const char *host, uint16_t port) {
  struct sockaddr_storage from = raw(host, port);
  struct address address = {0};
  address_read(&from, sizeof from, true, &address);
  return address;
}

static bool prints(const char *host, uint16_t port, bool for_bind, int protocol, const char *expected) {
  struct sockaddr_storage from = raw(host, port);
  struct address address;
  char text[80] = "";
  if (!address_read(&from, sizeof from, for_bind, &address)) return false;
  address_print(&address, protocol, text, sizeof text);
  if (strcmp(text, expected) != 0) printf("     got %s\n", text);
  return strcmp(text, expected) == 0;
}

static void reading(void) {
  test("an address is printed with protocol, host and port");
  EXPECT(prints("10.0.0.1", 80, false, IPPROTO_TCP, "tcp://10.0.0.1:80"));
  EXPECT(prints("2001:db8::1", 53, false, IPPROTO_UDP, "udp://[2001:db8::1]:53"));
  EXPECT(prints("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", 65535, false, IPPROTO_TCP,
                "tcp://[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"));

  test("a v4-mapped address is the IPv4 address, other embeddings stay IPv6");
  EXPECT(prints("::ffff:10.0.0.1", 80, false, IPPROTO_TCP, "tcp://10.0.0.1:80"));
  EXPECT(prints("::ffff:127.0.0.1", 80, true, IPPROTO_TCP, "tcp://127.0.0.1:80"));
  EXPECT(at("::10.0.0.1", 1).family == AF_INET6);
  EXPECT(at("64:ff9b::10.0.0.1", 1).family == AF_INET6);

  test("to connect to the unspecified address is to connect to loopback; to bind to it is not");
  EXPECT(prints("0.0.0.0", 80, false, IPPROTO_TCP, "tcp://127.0.0.1:80"));
  EXPECT(prints("::", 80, false, IPPROTO_TCP, "tcp://[::1]:80"));
  EXPECT(prints("::ffff:0.0.0.0", 80, false, IPPROTO_TCP, "tcp://127.0.0.1:80"));
  EXPECT(prints("0.0.0.0", 80, true, IPPROTO_TCP, "tcp://0.0.0.0:80"));
  EXPECT(prints("::", 80, true, IPPROTO_TCP, "tcp://[::]:80"));

  test("an address that is too short for its family, or of another family, is none");
  struct sockaddr_storage v4 = raw("1.2.3.4", 1), v6 = raw("::2", 1), other = {.ss_family = AF_UNIX};
  struct address address;
  EXPECT(address_read(&v4, 16, false, &address) && !address_read(&v4, 15, false, &address) && !address_read(&v4, 2, false, &address));
  EXPECT(address_read(&v6, 24, false, &address) && !address_read(&v6, 23, false, &address) && !address_read(&v6, 16, false, &address));
  EXPECT(!address_read(&other, sizeof other, false, &address));
  other.ss_family = AF_UNSPEC;
  EXPECT(!address_read(&other, sizeof other, false, &address));

  struct address bytes = at("127.255.0.9", 1);
  test("loopback is 127.0.0.0/8 and ::1");
  EXPECT(address_is_loopback(&bytes));
  bytes = at("126.0.0.1", 1);
  EXPECT(!address_is_loopback(&bytes));
  bytes = at("::1", 1);
  EXPECT(address_is_loopback(&bytes));
  bytes = at("::2", 1);
  EXPECT(!address_is_loopback(&bytes));
  bytes = at("::ffff:127.0.0.1", 1);
  EXPECT(address_is_loopback(&bytes));
}

static struct net_rule rules[4];
static struct plan plan = {.net = rules};

static void rule(size_t i, bool allow, int protocol, const char *host, unsigned prefix, uint16_t from, uint16_t to) {
  struct address address = at(host, 0);
  rules[i] = (struct net_rule){.allow = allow, .protocol = protocol, .family = address.family, .prefix = prefix, .from = from, .to = to};
  memcpy(rules[i].address, address.bytes, 16);
  plan.net_count = i + 1;
}

static bool allowed(const char *host, uint16_t port, int protocol) {
  struct address address = at(host, port);
  return address_allowed(&plan, &address, false, protocol);
}

static void deciding(void) {
  test("without a rule nothing is allowed");
  plan.net_count = 0;
  EXPECT(!allowed("10.0.0.1", 80, IPPROTO_TCP));

  test("a prefix covers its edges and nothing beyond them");
  rule(0, true, IPPROTO_TCP, "10.16.0.0", 12, 80, 90);
  EXPECT(allowed("10.16.0.0", 80, IPPROTO_TCP) && allowed("10.31.255.255", 90, IPPROTO_TCP));
  EXPECT(!allowed("10.15.255.255", 80, IPPROTO_TCP) && !allowed("10.32.0.0", 80, IPPROTO_TCP));
  rule(0, true, IPPROTO_TCP, "10.1.2.3", 32, 0, 65535);
  EXPECT(allowed("10.1.2.3", 0, IPPROTO_TCP) && !allowed("10.1.2.2", 0, IPPROTO_TCP));
  rule(0, true, IPPROTO_TCP, "0.0.0.0", 0, 0, 65535);
  EXPECT(allowed("255.255.255.255", 65535, IPPROTO_TCP) && !allowed("::1", 1, IPPROTO_TCP));
  rule(0, true, IPPROTO_TCP, "2001:db8::", 33, 1, 1);
  EXPECT(allowed("2001:db8:7fff::", 1, IPPROTO_TCP) && !allowed("2001:db8:8000::", 1, IPPROTO_TCP));
  rule(0, true, IPPROTO_TCP, "::1", 128, 1, 1);
  EXPECT(allowed("::1", 1, IPPROTO_TCP) && !allowed("::", 1, IPPROTO_TCP));

  test("ports have edges, and protocols and directions their own rules");
  rule(0, true, IPPROTO_TCP, "10.0.0.0", 8, 80, 90);
  EXPECT(!allowed("10.0.0.1", 79, IPPROTO_TCP) && !allowed("10.0.0.1", 91, IPPROTO_TCP) && !allowed("10.0.0.1", 80, IPPROTO_UDP));
  struct address address = at("10.0.0.1", 80);
  EXPECT(!address_allowed(&plan, &address, true, IPPROTO_TCP));

  test("the first rule that covers decides");
  rule(0, false, IPPROTO_TCP, "10.1.0.0", 16, 0, 65535);
  rule(1, true, IPPROTO_TCP, "10.0.0.0", 8, 0, 65535);
  EXPECT(!allowed("10.1.0.1", 80, IPPROTO_TCP) && allowed("10.2.0.1", 80, IPPROTO_TCP));

  test("a rule for an IPv4 range covers its v4-mapped spelling, also where it denies");
  EXPECT(!allowed("::ffff:10.1.0.1", 80, IPPROTO_TCP) && allowed("::ffff:10.2.0.1", 80, IPPROTO_TCP));
}

int main(void) {
  reading();
  deciding();
  return tests_done("address");
}
