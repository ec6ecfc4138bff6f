// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "check.h"
#include "names.h"
#include "pins.h"
#include "plan.h"

static char error[128];

// A plan with these rules; where it is none, its error is printed.
static struct plan *plan_with(const char *rules) {
  char text[2048];
  snprintf(text, sizeof text,
           "cordon-plan 1\nidentity 1 1 1 1\nnamespaces user mount pid net ipc uts\ndirectory /a\nlandlock 1 1 1\n"
           "seccomp 00060000000500267fff000000000000\nnameserver cell\npublic 8.0.0.0/7\npublic 93.0.0.0/8\npublic 2400::/6\n%scwd /\nexec /a\narg a\nend\n",
           rules);
  struct plan *plan = plan_parse(text, strlen(text), error, sizeof error);
  if (!plan) printf("     %s\n", error);
  return plan;
}

static struct address at(const char *host, uint16_t port) {
  struct address address = {.family = strchr(host, ':') ? AF_INET6 : AF_INET, .port = port};
  inet_pton(address.family, host, address.bytes);
  address_unmap(&address);
  return address;
}

static bool connects(const struct plan *plan, const char *name, const char *host, uint16_t port) {
  struct address address = at(host, port);
  return name_settles(plan, &address, name_verdict(plan, name, port, IPPROTO_TCP), IPPROTO_TCP);
}

static bool has(const struct plan *plan, const char *name, const char *host) {
  struct address address = at(host, 0);
  return name_may_have(plan, name, &address);
}

static void asking(void) {
  test("a name is asked for if any port of it is granted, over either protocol, and no other is");
  struct plan *plan = plan_with("name allow tcp api.example.com 443-443\nname allow udp time.example.com 123-123\nname allow tcp *.wide.example 80-80\n");
  EXPECT(name_may_be_asked(plan, "api.example.com") && name_may_be_asked(plan, "time.example.com") && name_may_be_asked(plan, "a.b.wide.example"));
  EXPECT(!name_may_be_asked(plan, "example.com") && !name_may_be_asked(plan, "x.api.example.com") && !name_may_be_asked(plan, "wide.example"));
  EXPECT(!name_may_be_asked(plan, "notwide.example") && !name_may_be_asked(plan, "xwide.example") && !name_may_be_asked(plan, "api.example.com.evil.test"));
  plan_free(plan);

  test("a denial of all ports keeps a name from being asked for, one of some ports does not");
  plan = plan_with("name deny tcp a.example 22-22\nname deny tcp b.example 0-65535\nname allow tcp *.example 0-65535\n");
  EXPECT(name_may_be_asked(plan, "a.example") && !name_may_be_asked(plan, "b.example") && name_may_be_asked(plan, "c.example"));
  plan_free(plan);

  test("`public` and `*` let every name be asked for that is not denied, and `public` not localhost");
  plan = plan_with("name deny tcp b.example 0-65535\nname allow tcp public 443-443\n");
  EXPECT(name_may_be_asked(plan, "a.example") && !name_may_be_asked(plan, "b.example") && !name_may_be_asked(plan, "localhost"));
  plan_free(plan);
  plan = plan_with("connect allow tcp * 443-443\nname deny tcp b.example 0-65535\n");
  EXPECT(name_may_be_asked(plan, "a.example") && !name_may_be_asked(plan, "b.example"));
  plan_free(plan);

  test("a grant of an address is none of a name");
  plan = plan_with("connect allow tcp 0.0.0.0/0 0-65535\n");
  EXPECT(!name_may_be_asked(plan, "a.example"));
  plan_free(plan);
}

static void answers(void) {
  test("a name has public addresses, and others where they are granted outright");
  struct plan *plan = plan_with("connect allow tcp 10.1.0.0/16 5432-5432\nname allow tcp a.example 443-443\n");
  EXPECT(has(plan, "a.example", "8.8.8.8") && has(plan, "a.example", "2606:4700::1") && has(plan, "a.example", "10.1.2.3"));
  static const char *const kept[] = {"10.2.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fe80::1", "fd00::1",
                                     "64:ff9b::808:808", "::ffff:10.2.0.1", "2002:808:808::1", "0.0.0.0", "::", "255.255.255.255", "224.0.0.1"};
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) EXPECT(!has(plan, "a.example", kept[i]));
  plan_free(plan);

  test("an address that is denied as such is no answer, whatever names it");
  plan = plan_with("connect deny tcp 8.8.8.8/32 0-65535\nconnect deny udp 8.8.8.8/32 0-65535\nname allow tcp a.example 443-443\n");
  EXPECT(!has(plan, "a.example", "8.8.8.8") && has(plan, "a.example", "8.8.4.4"));
  plan_free(plan);

  test("where everything is granted everything is an answer");
  plan = plan_with("connect allow tcp * 0-65535\n");
  EXPECT(has(plan, "a.example", "10.2.0.1"));
  plan_free(plan);
}

static void connecting(void) {
  test("an address that was given out passes under its name's ports, a private one never");
  struct plan *plan = plan_with("name allow tcp a.example 443-443\n");
  EXPECT(connects(plan, "a.example", "8.8.8.8", 443) && !connects(plan, "a.example", "8.8.8.8", 80) && !connects(plan, "b.example", "8.8.8.8", 443));
  EXPECT(!connects(plan, "a.example", "10.0.0.1", 443) && !connects(plan, "a.example", "::ffff:10.0.0.1", 443));
  plan_free(plan);

  test("a denial by name and a denial by address both stand, and a rule for anything decides last");
  plan = plan_with("connect allow tcp 8.8.4.4/32 443-443\nconnect deny tcp 9.9.9.9/32 0-65535\nconnect deny tcp * 25-25\nconnect allow tcp * 0-65535\n"
                   "name allow tcp mail.example 25-25\nname deny tcp evil.example 443-443\nname allow tcp a.example 0-65535\n");
  EXPECT(!connects(plan, "evil.example", "8.8.4.4", 443) && !connects(plan, "a.example", "9.9.9.9", 443));
  EXPECT(connects(plan, "mail.example", "8.8.8.8", 25) && !connects(plan, "other.example", "8.8.8.8", 25) && connects(plan, "other.example", "8.8.8.8", 26));
  plan_free(plan);

  test("the more specific name decides: the full name, then the longer suffix");
  plan = plan_with("name deny tcp x.a.example 0-65535\nname allow tcp *.a.example 0-65535\nname deny tcp *.example 0-65535\n");
  EXPECT(!connects(plan, "x.a.example", "8.8.8.8", 1) && connects(plan, "y.a.example", "8.8.8.8", 1) && !connects(plan, "b.example", "8.8.8.8", 1));
  plan_free(plan);
}

static bool is_pinned(const char *host, const char *name, uint64_t now) {
  struct address address = at(host, 0);
  size_t cursor = 0;
  for (const char *found; (found = pins_next(&address, now, &cursor));)
    if (strcmp(found, name) == 0) return true;
  return false;
}

static void pin(const char *host, const char *name, uint32_t seconds, uint64_t now) {
  struct address address = at(host, 0);
  pins_add(name, &address, seconds, now);
}

static void pinning(void) {
  test("an address is a name's for as long as the answer is good, and for every name that it was given for");
  pins_forget();
  pin("8.8.8.8", "a.example", 60, 1000);
  pin("8.8.8.8", "b.example", 120, 1000);
  EXPECT(is_pinned("8.8.8.8", "a.example", 60999) && is_pinned("8.8.8.8", "b.example", 60999) && !is_pinned("8.8.4.4", "a.example", 2000));
  EXPECT(!is_pinned("8.8.8.8", "a.example", 61000) && is_pinned("8.8.8.8", "b.example", 61000));

  test("an answer without a life of its own is good for long enough to connect, one without an end is not");
  pin("9.9.9.9", "zero.example", 0, 0);
  pin("9.9.9.9", "ever.example", UINT32_MAX, 0);
  EXPECT(is_pinned("9.9.9.9", "zero.example", PIN_LEAST_SECONDS * 1000 - 1) && !is_pinned("9.9.9.9", "zero.example", PIN_LEAST_SECONDS * 1000));
  EXPECT(is_pinned("9.9.9.9", "ever.example", 3599999) && !is_pinned("9.9.9.9", "ever.example", 3600000));

  test("a shorter answer does not take back a longer one");
  pin("9.9.9.9", "ever.example", 1, 1000);
  EXPECT(is_pinned("9.9.9.9", "ever.example", 3599999));

  test("a full table forgets what ends first, and nothing runs over");
  pins_forget();
  pin("8.8.8.8", "kept.example", 3600, 0);
  for (unsigned i = 0; i < 5000; i++) {
    char host[32];
    snprintf(host, sizeof host, "93.0.%u.%u", i >> 8, i & 255);
    pin(host, "many.example", 60, i);
  }
  EXPECT(is_pinned("8.8.8.8", "kept.example", 1) && is_pinned("93.0.19.135", "many.example", 1) && !is_pinned("93.0.0.1", "many.example", 1));

  test("more names than there is room for push out those that end first, and no address gets another one's name");
  pins_forget();
  pin("8.8.8.8", "kept.example", 3600, 0);
  unsigned good = 0, mixed = 0;
  for (unsigned i = 0; i < 2000; i++) {
    char host[32], name[32];
    snprintf(host, sizeof host, "93.0.%u.%u", (i & 1023) >> 8, i & 255);
    snprintf(name, sizeof name, "n%u.example", i);
    pin(host, name, 60, i);
    good += is_pinned(host, name, i);
    snprintf(name, sizeof name, "n%u.example", i + 1);
    mixed += is_pinned(host, name, i);
  }
  EXPECT(good == 2000 && mixed == 0);
  EXPECT(is_pinned("8.8.8.8", "kept.example", 1) && is_pinned("93.0.3.1", "n1793.example", 2000) && !is_pinned("93.0.3.1", "n769.example", 2000));
}

int main(void) {
  asking();
  answers();
  connecting();
  pinning();
  return tests_done("names_test");
}
