// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "narrow.h"

static struct narrow_outcome outcome;

static void say(struct narrow *narrow, const char *text) {
  char line[NARROW_MAX_LINE];
  snprintf(line, sizeof line, "%s", text);
  narrow_line(narrow, line, -1, getpid(), &outcome);
}

static bool breaks(const char *text) {
  struct plan plan = {0};
  struct narrow narrow = {.plan = &plan, .result = -1};
  say(&narrow, text);
  bool silent = !outcome.ended;
  say(&narrow, "done 1 0");
  bool refused = outcome.ended && outcome.cause == EINVAL;
  narrow_close(&narrow);
  return silent && refused;
}

static struct net_rule granted = {.allow = true, .protocol = IPPROTO_TCP, .family = AF_INET, .to = 65535};

int main(void) {
  test("a line that is none spoils its narrowing, and nothing of it is carried out");
  EXPECT(breaks("") && breaks("give /") && breaks("hide") && breaks("hide a") && breaks("hide /a/../b") && breaks("hide / /"));
  EXPECT(breaks("hide %zz") && breaks("keep a") && breaks("exec allow") && breaks("a b c d e f g h i"));
  EXPECT(breaks("connect deny tcp 10.0.0.0/8 0-65535") && breaks("name deny tcp a.test 0-65535"));
  EXPECT(breaks("unix allow below /run host") && breaks("unix deny below run host"));
  {
    struct plan plan = {.exec_after_ready = true};
    struct narrow narrow = {.plan = &plan, .result = -1};
    say(&narrow, "exec");
    say(&narrow, "nonsense");
    say(&narrow, "done 7 9");
    EXPECT(outcome.ended && outcome.cause == EINVAL && outcome.id == 7 && outcome.request == 9 && plan.exec_after_ready);
    test("the next one begins anew");
    say(&narrow, "exec");
    say(&narrow, "done 8 0");
    EXPECT(outcome.ended && outcome.cause == 0 && outcome.id == 8 && !plan.exec_after_ready);
    narrow_close(&narrow);
  }

  test("nothing can be given back: there is no word for it");
  {
    struct plan plan = {0};
    struct narrow narrow = {.plan = &plan, .result = -1};
    say(&narrow, "exec");
    say(&narrow, "map");
    say(&narrow, "done 1 0");
    EXPECT(outcome.cause == 0 && !plan.exec_after_ready && !plan.map_after_ready);
    narrow_close(&narrow);
  }

  test("the rules for addresses and names take the place of those that were there");
  {
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan || !(plan->net = calloc(1, sizeof *plan->net))) abort();
    plan->net[0] = granted;
    plan->net_count = 1;
    struct narrow narrow = {.plan = plan, .result = -1};
    say(&narrow, "network");
    say(&narrow, "connect deny tcp 10.0.0.0/8 0-65535");
    say(&narrow, "connect allow tcp * 443-443");
    say(&narrow, "name deny tcp *.a.test 0-65535");
    EXPECT(plan->net_count == 1);
    say(&narrow, "done 1 0");
    EXPECT(outcome.cause == 0 && plan->net_count == 2 && !plan->net[0].allow && plan->net[1].from == 443);
    EXPECT(plan->name_count == 1 && strcmp(plan->names[0].name, "a.test") == 0);
    say(&narrow, "network");
    say(&narrow, "done 2 0");
    EXPECT(outcome.cause == 0 && plan->net_count == 0 && plan->name_count == 0);
    plan_free(plan);
    narrow_close(&narrow);
  }

  test("a denied unix socket goes before what is there");
  {
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan || !(plan->unix_rules = calloc(1, sizeof *plan->unix_rules))) abort();
    plan->unix_rules[0] = (struct unix_rule){.allow = true, .path = "/run"};
    plan->unix_count = 1;
    struct narrow narrow = {.plan = plan, .result = -1};
    say(&narrow, "unix deny below /run/x host");
    say(&narrow, "done 1 0");
    EXPECT(outcome.cause == 0 && plan->unix_count == 2 && !plan->unix_rules[0].allow && plan->unix_rules[1].allow);
    EXPECT(strcmp(plan->unix_rules[0].path, "/run/x") == 0);
    plan_free(plan);
    narrow_close(&narrow);
  }

  test("files cannot be narrowed without a mount namespace, and a helper that cannot enter one says so");
  {
    struct plan plan = {.directory = "/"};
    struct narrow narrow = {.plan = &plan, .result = -1};
    say(&narrow, "hide /a");
    say(&narrow, "done 1 0");
    EXPECT(outcome.ended && outcome.cause == EOPNOTSUPP && strcmp(outcome.path, "/a") == 0);
    plan.namespaces = 1;
    say(&narrow, "hide /a");
    say(&narrow, "done 2 5");
    EXPECT(!outcome.ended && narrow.helper > 0 && narrow.result >= 0);
    say(&narrow, "done 3 0");
    EXPECT(!outcome.ended);
    struct pollfd wait = {.fd = narrow.result, .events = POLLIN};
    poll(&wait, 1, 5000);
    narrow_result(&narrow, getpid(), getpid(), &outcome);
    EXPECT(outcome.ended && outcome.id == 2 && outcome.request == 5 && outcome.cause == EBADF && narrow.helper == 0 && narrow.result < 0);
    narrow_close(&narrow);
  }

  test("a working directory that is where it says is left inside of nothing");
  {
    struct narrow_step step = {NARROW_HIDE, "/"};
    struct narrow narrow = {.next = {.steps = &step, .count = 1}};
    EXPECT(!narrow_left_inside(&narrow, getpid(), getpid()));
  }
  return tests_done("narrow");
}
