// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "plan.h"
#include "plan_print.h"

// A plan needs these whatever else it says.
#define NEEDS "identity 1 2 1000 1000\ncwd /\nexec /x\narg x\n"
#define SPACES "namespaces user mount pid net ipc uts\n"
#define FILTERS "landlock 1 0 0\nseccomp 00060000000500267fff000000000000\n"

static char error[128];

static struct plan *parse(const char *text) {
  error[0] = '\0';
  return plan_parse(text, strlen(text), error, sizeof error);
}

// `lines` between the header and the end.
static struct plan *plan_of(const char *lines) {
  char *text = NULL;
  if (asprintf(&text, "cordon-plan 1\n%send\n", lines) < 0) abort();
  struct plan *plan = parse(text);
  free(text);
  return plan;
}

static bool takes(const char *lines) {
  struct plan *plan = plan_of(lines);
  if (!plan) printf("     %s\n", error);
  plan_free(plan);
  return plan != NULL;
}

// Refused, with a message that says `why`.
static bool refuses(const char *lines, const char *why) {
  struct plan *plan = plan_of(lines);
  bool right = !plan && strstr(error, why);
  if (!right) printf("     got: %s\n", plan ? "a plan" : error);
  plan_free(plan);
  return right;
}

static void header_and_end(void) {
  test("a plan begins with its version and ends with `end`");
  static const struct { const char *text, *why; } bad[] = {
      {"", "expected `cordon-plan 1`"},
      {"cordon-plan 1", "expected `cordon-plan 1`"},
      {"cordon-plan 2\nend\n", "expected `cordon-plan 1`"},
      {" cordon-plan 1\nend\n", "expected `cordon-plan 1`"},
      {"cordon-plan 1\n", "expected `end`"},
      {"cordon-plan 1\nend", "expected a newline"},
      {"cordon-plan 1\n" NEEDS, "expected `end`"},
      {"cordon-plan 1\n" NEEDS "end\narg more\n", "line 7: nothing may follow `end`"},
      {"cordon-plan 1\n" NEEDS "end\n\n", "nothing may follow `end`"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct plan *plan = parse(bad[i].text);
    EXPECT(!plan && strstr(error, bad[i].why));
    plan_free(plan);
  }

  test("a NUL byte is refused, also behind the end");
  static const char nul[] = "cordon-plan 1\n" NEEDS "end\n\0";
  EXPECT(!plan_parse(nul, sizeof nul - 1, error, sizeof error) && strstr(error, "NUL"));

  test("a refusal names the line");
  EXPECT(refuses(NEEDS "nonsense\n", "line 6: unknown verb"));
}

static void words_and_verbs(void) {
  test("an unknown verb, an empty line and a comment are refused");
  EXPECT(refuses(NEEDS "umount /\n", "unknown verb") && refuses(NEEDS "\n", "unknown verb") && refuses(NEEDS "# x\n", "unknown verb"));
  EXPECT(refuses(NEEDS "ARG x\n", "unknown verb") && refuses(NEEDS " arg x\n", "unknown verb"));

  test("every verb takes its number of words, no fewer and no more");
  static const struct { const char *verb; int words; } verbs[] = {
      {"user-namespace", 1}, {"identity", 4}, {"supervisor", 1}, {"hostname", 1}, {"mount", 3}, {"tmpfs", 5}, {"proc", 1}, {"device", 2},
      {"symlink", 2}, {"file", 3}, {"directory", 1}, {"mask", 2}, {"anchor", 1}, {"landlock", 3}, {"landlock-path", 2}, {"seccomp", 1},
      {"pin", 6}, {"unix", 4}, {"unix-alias", 2}, {"unix-writable", 1}, {"unix-known", 1},
      {"connect", 4}, {"bind", 4}, {"nameserver", 1}, {"name", 4}, {"public", 1}, {"resolver", 2},
      {"host", 2}, {"loopback", 1}, {"exec-after-ready", 1}, {"map-after-ready", 1}, {"rlimit", 2},
      {"cgroup-make", 1}, {"cgroup-set", 2}, {"cgroup-join", 1}, {"cgroup-try", 2}, {"cgroup-sweep", 1}, {"limit", 2}, {"watch", 1}, {"gauge", 2}, {"freezer", 3}, {"nice", 1}, {"wall-time", 1}, {"where", 5}, {"output", 1}, {"connections", 1}, {"connect-rate", 1}, {"count", 1},
      {"env", 1}, {"cwd", 1}, {"exec", 1}, {"arg", 1}, {"end", 0},
  };
  for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
    for (int words = 0; words < 7; words++) {
      char line[64];
      if (words == verbs[i].words) continue;
      snprintf(line, sizeof line, "%s%.*s\n", verbs[i].verb, words * 2, " x x x x x x x");
      EXPECT(refuses(line, "wrong number of words"));
    }
  }
  EXPECT(refuses("namespaces\n", "wrong number of words") && refuses("arg a b c d e f g h\n", "too many words"));

  test("what a plan says once it does not say twice");
  static const char *const once[] = {"user-namespace before-mounts", "hostname a", "proc /proc", "landlock 1 0 0", "seccomp 0006000000050026",
                                     "message a", "nameserver cell", "loopback host", "exec-after-ready deny", "map-after-ready deny", "limit memory 1", "gauge memory /a", "freezer 1 /a /b", "nice 1", "wall-time 1", "supervisor host", "where 1 2 3 4 5", "output 1", "connections 1", "connect-rate 1", "count bytes",
                                     "cwd /", "exec /x", "identity 1 1 1 1", "namespaces user"};
  for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
    char lines[128];
    snprintf(lines, sizeof lines, "%s\n%s\n", once[i], once[i]);
    EXPECT(refuses(lines, "given twice"));
  }

  test("a word that is not encoded as it should be is refused");
  EXPECT(refuses(NEEDS "arg \x01\n", "%xx") && refuses(NEEDS "arg a%00\n", "%xx") && refuses(NEEDS "arg %2\n", "%xx") && refuses(NEEDS "arg \xc3\xa9\n", "%xx"));
}

static void identity_and_namespaces(void) {
  struct plan *plan = plan_of("identity +70000 +80000 1000 1001\ncwd /\nexec /x\narg x\n");
  test("an identity is two ids outside, both counted from the supervisor's pid or none, and two inside");
  EXPECT(plan && plan->uid_from_pid && plan->uid == 70000 && plan->gid == 80000 && plan->inside_uid == 1000 && plan->inside_gid == 1001);
  plan_free(plan);
  EXPECT(refuses("identity +1 1 1 1\n", "both ids or none") && refuses("identity 1 +1 1 1\n", "both ids or none"));
  EXPECT(refuses("identity ++1 ++1 1 1\n", "user or group id") && refuses("identity 1 1 +1 1\n", "user or group id"));

  test("inside, the cell is never root; outside, no id comes near the reserved -1");
  EXPECT(refuses("identity 1 1 0 1\n", "other than 0") && refuses("identity 1 1 1 0\n", "other than 0"));
  EXPECT(refuses("identity 4294967295 1 1 1\n", "user or group id") && refuses("identity +4294967290 +1 1 1\n", "user or group id"));

  test("namespaces stand together or not at all, and with a root");
  EXPECT(takes(NEEDS SPACES "tmpfs /tmp 1 1 0 rw\n") && takes(NEEDS "namespaces user mount pid net ipc uts cgroup\nproc /proc\n"));
  EXPECT(refuses(NEEDS "namespaces user mount\nproc /proc\n", "stand together") && refuses(NEEDS "namespaces cgroup\n", "stand together"));
  EXPECT(refuses(NEEDS SPACES, "expected a root") && refuses(NEEDS "proc /proc\n", "needs the mount namespace"));
  EXPECT(refuses("namespaces time\n", "expected user, mount") && refuses("user-namespace never\n", "before-mounts or after-mounts"));
  EXPECT(refuses("hostname %\n", "%xx") && refuses("hostname \n", "host name"));
}

static void root(void) {
  struct plan *plan = plan_of(NEEDS SPACES "mount /a /b ro,nosuid,nodev,noexec,idmap,directory\n");
  test("a mount has its source, target and attributes");
  EXPECT(plan && plan->root_count == 1 && strcmp(plan->root[0].source, "/a") == 0 && strcmp(plan->root[0].target, "/b") == 0);
  EXPECT(plan && plan->root[0].attributes == 0xf && plan->root[0].idmap && plan->root[0].directory);
  plan_free(plan);
  EXPECT(refuses("mount a /b ro\n", "source path") && refuses("mount /a/../b /b ro\n", "source path"));
  EXPECT(refuses("mount /a b ro\n", "target path") && refuses("mount /a /b/.. ro\n", "target path"));
  EXPECT(refuses("mount /a /b ro,suid\n", "expected ro") && refuses("mount /a /b ro,\n", "expected ro") && refuses("mount /a /b \n", "expected ro"));

  test("only a mount may be the whole root");
  EXPECT(takes(NEEDS SPACES "mount / / ro,directory\n"));
  EXPECT(refuses("tmpfs / 1 1 0 rw\n", "target path") && refuses("proc /\n", "target path") && refuses("device null /\n", "target path"));
  EXPECT(refuses("symlink a /\n", "target path") && refuses("file / 0 a\n", "target path") && refuses("directory /\n", "target path") &&
         refuses("mask / directory\n", "target path"));

  test("a tmpfs has a size, a number of inodes and a mode, and 0 (no limit) is neither");
  EXPECT(takes(NEEDS SPACES "tmpfs /tmp 4096 1 0x3ff nosuid,nodev\n"));
  EXPECT(refuses("tmpfs /tmp 0 1 0 rw\n", "a size") && refuses("tmpfs /tmp 1 0 0 rw\n", "a size") && refuses("tmpfs /tmp 1 1 0x400 rw\n", "a size"));
  EXPECT(refuses("tmpfs /tmp 9223372036854775808 1 0 rw\n", "a size") && refuses("tmpfs /tmp 1 4294967296 0 rw\n", "a size"));

  test("devices, links, files and masks are what they say");
  EXPECT(takes(NEEDS SPACES "device full /dev/full\nsymlink ../x /y\nfile /z 0x1ff \nmask /m file\nmask /n directory\nanchor /n\n"));
  EXPECT(refuses("device sda /dev/sda\n", "expected null") && refuses("device ../sda /dev/sda\n", "expected null"));
  EXPECT(refuses("symlink  /y\n", "text of the link") && refuses("file /z 0x200 a\n", "a mode") && refuses("mask /m link\n", "directory or file"));
}

static void filters(void) {
  struct plan *plan = plan_of(NEEDS FILTERS "connect deny udp 10.0.0.0/8 1-2\nbind allow tcp ::1/128 0-65535\n");
  test("a filter is 16 digits an instruction");
  EXPECT(plan && plan->filter_count == 2 && plan->filter[0].code == 6 && plan->filter[0].k == 0x00050026 && plan->filter[1].code == 0x7fff);
  EXPECT(refuses("seccomp 000600000005002\n", "16 digits") && refuses("seccomp \n", "16 digits") && refuses("seccomp 000600000005002g\n", "hexadecimal"));
  EXPECT(refuses("seccomp 000600000005002A\n", "hexadecimal"));

  test("a network rule has a direction, a protocol, an address with its prefix, and ports");
  EXPECT(plan && plan->net_count == 2 && !plan->net[0].bind && !plan->net[0].allow && plan->net[0].from == 1 && plan->net[0].to == 2);
  EXPECT(plan && plan->net[1].bind && plan->net[1].allow && plan->net[1].prefix == 128 && plan->net[1].to == 65535);
  plan_free(plan);
  static const char *const addresses[] = {"10.0.0.1", "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/-1", "10.0.0/8", "::1/129", "::g/1", "localhost/8", "/8", "10.0.0.1/8/8", "0x7f000001/8"};
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
    char line[96];
    snprintf(line, sizeof line, "connect allow tcp %s 1-2\n", addresses[i]);
    EXPECT(refuses(line, "address with a prefix"));
  }
  static const char *const ports[] = {"80", "-", "1-", "-1", "2-1", "0-65536", "1-2-3", "a-b"};
  for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
    char line[96];
    snprintf(line, sizeof line, "bind allow udp ::/0 %s\n", ports[i]);
    EXPECT(refuses(line, "ports FROM-TO"));
  }
  EXPECT(refuses("connect perhaps tcp ::/0 1-2\n", "allow or deny") && refuses("connect allow sctp ::/0 1-2\n", "allow or deny"));

  plan = plan_of(NEEDS FILTERS "unix deny prefix /run/ host\nunix allow below / own\nunix-alias /a /b\nunix-writable /c\nunix-known /c/d\n");
  test("a rule for unix sockets has what it covers, a path, and whose path that is");
  EXPECT(plan && plan->unix_count == 2 && !plan->unix_rules[0].allow && plan->unix_rules[0].prefix && !plan->unix_rules[0].own);
  EXPECT(plan && plan->unix_rules[1].allow && !plan->unix_rules[1].prefix && plan->unix_rules[1].own && !strcmp(plan->unix_rules[1].path, "/"));
  EXPECT(plan && plan->unix_alias_count == 1 && !strcmp(plan->unix_aliases[0].real, "/b") && plan->unix_writable_count == 1 && !strcmp(plan->unix_known[0], "/c/d"));
  plan_free(plan);
  EXPECT(takes(NEEDS FILTERS "unix allow prefix /run/. host\nunix allow prefix /a host\n"));
  EXPECT(refuses("unix allow prefix run/a host\n", "path") && refuses("unix allow prefix a host\n", "path") && refuses("unix allow prefix /a/../b host\n", "path"));
  EXPECT(refuses("unix perhaps below /a host\n", "allow or deny") && refuses("unix allow above /a host\n", "allow or deny") && refuses("unix allow below /a there\n", "allow or deny"));
  EXPECT(refuses("unix allow below /a/ host\n", "path") && refuses("unix-alias a /b\n", "path") && refuses("unix-alias /a b\n", "path") && refuses("unix-known a\n", "path"));

  test("filters stand together, and network rules with them");
  EXPECT(refuses(NEEDS "unix allow below / host\n", "need seccomp"));
  EXPECT(refuses(NEEDS "landlock 1 0 0\n", "stand together") && refuses(NEEDS "seccomp 0006000000050026\n", "stand together"));
  EXPECT(refuses(NEEDS "landlock-path / 1\n", "need landlock") && refuses(NEEDS "connect allow tcp ::/0 1-2\n", "need seccomp"));
  EXPECT(refuses(NEEDS FILTERS "loopback cell\n", "net namespace") && refuses("loopback none\n", "cell or host"));
  EXPECT(refuses("landlock 1 x 0\n", "three masks") && refuses("landlock-path /a 0\n", "mask of rights") && refuses("landlock-path a 1\n", "path"));
  EXPECT(refuses("exec-after-ready yes\n", "allow or deny") && refuses("map-after-ready \n", "allow or deny"));

  plan = plan_of(NEEDS FILTERS "uname a 1.2 %23x\nsysinfo 4096 cell none\nprocessors 2\n");
  test("what the program is told of the machine is spelt out, each part by itself");
  EXPECT(plan && strcmp(plan->uname_node, "a") == 0 && strcmp(plan->uname_release, "1.2") == 0 && strcmp(plan->uname_version, "#x") == 0);
  EXPECT(plan && plan->shown_memory == 4096 && plan->hides_uptime && plan->hides_loads && plan->shown_processors == 2);
  plan_free(plan);
  plan = plan_of(NEEDS FILTERS "sysinfo host host host\n");
  EXPECT(plan && plan->answers_sysinfo && !plan->shown_memory && !plan->hides_uptime && !plan->hides_loads && !plan->uname_release);
  plan_free(plan);
  EXPECT(refuses("sysinfo 0 cell none\n", "bytes of memory") && refuses("sysinfo 1 none cell\n", "cell or host") && refuses("clock own\n", "cell or host"));
  EXPECT(refuses("processors 0\n", "1 to 64") && refuses("processors 65\n", "1 to 64"));
  EXPECT(refuses("uname a b 01234567890123456789012345678901234567890123456789012345678901234\n", "at most 64"));
  EXPECT(refuses(NEEDS "processors 1\n", "need seccomp") && refuses(NEEDS "clock cell\n", "needs the namespaces"));

  plan = plan_of(NEEDS "pin /a%20b 1 2 3 4 18446744073709551615\n");
  test("a pin is a path, and what the kernel says of the file there; it needs no wall");
  EXPECT(plan && plan->pin_count == 1 && !strcmp(plan->pins[0].path, "/a b") && plan->pins[0].device == 1 && plan->pins[0].changed == UINT64_MAX);
  plan_free(plan);
  EXPECT(refuses("pin a 1 2 3 4 5\n", "path") && refuses("pin /a 1 2 3 4 x\n", "device, inode") && refuses("pin /a -1 2 3 4 5\n", "device, inode"));
  plan = plan_of(NEEDS FILTERS "path /a/.env exact all\npath /a/b prefix write\npath /a/ prefix write\npath /a/bc exact nothing\n");
  test("a path is denied by its whole name or by how its name begins, for all or for writing");
  EXPECT(plan && plan->path_rule_count == 4 && plan->path_rules[0].ban == BAN_ALL && !plan->path_rules[0].prefix);
  EXPECT(plan && plan->path_rules[1].prefix && plan->path_rules[1].ban == BAN_WRITE && plan->path_rules[3].ban == BAN_NOTHING);
  plan_free(plan);
  EXPECT(refuses("path / exact all\n", "path") && refuses("path a prefix all\n", "path") && refuses("path /a/../b exact all\n", "path"));
  EXPECT(refuses("path /a below all\n", "exact or prefix") && refuses("path /a exact read\n", "all, write or nothing"));
  EXPECT(refuses(NEEDS "path /a exact all\n", "need seccomp"));

  plan = plan_of(NEEDS FILTERS);
  test("what is not said is refused: executing, mapping, the cell's own loopback");
  EXPECT(plan && !plan->exec_after_ready && !plan->map_after_ready && !plan->cell_loopback && plan->net_count == 0);
  plan_free(plan);
}

static void supervisor_user(void) {
  test("the supervisor stays the host's user, or takes the cell's where there are no namespaces and no cgroups");
  struct plan *plan = plan_of("supervisor cell\n" NEEDS);
  EXPECT(plan && plan->supervisor_steps_down);
  plan_free(plan);
  plan = plan_of("supervisor host\n" NEEDS);
  EXPECT(plan && !plan->supervisor_steps_down);
  plan_free(plan);
  EXPECT(refuses("supervisor root\n", "expected cell or host"));
  EXPECT(refuses("supervisor cell\ncgroup-make /a\n" NEEDS, "without namespaces and cgroups"));
  EXPECT(refuses("supervisor cell\n" SPACES "mount /a /b ro\n" NEEDS, "without namespaces and cgroups"));
}

static void recording(void) {
  test("a recording has a filter, no wall and nobody else's identity");
  const char *const program = "cwd /\nexec /x\narg x\n", *const filter = "seccomp 00060000000500267fff000000000000\n";
  static const char *const walls[] = {"identity 1 2 1000 1000\n", "landlock 1 0 0\n", SPACES "mount /a /b ro\n",
                                      "connect allow tcp 10.0.0.0/8 1-2\n", "landlock-path /a 0xff\n"};
  char lines[512];
  snprintf(lines, sizeof lines, "record\n%s%s", filter, program);
  struct plan *plan = plan_of(lines);
  EXPECT(plan && plan->record && !plan->have_identity && !plan->landlock);
  plan_free(plan);
  snprintf(lines, sizeof lines, "record\n%s", program);
  EXPECT(refuses(lines, "record stands with seccomp"));
  for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
    snprintf(lines, sizeof lines, "record\n%s%s%s", filter, program, walls[i]);
    EXPECT(refuses(lines, "record stands with seccomp"));
  }
}

static void limits_and_program(void) {
  test("limits are numbers with a name, above 0 where 0 would mean none");
  EXPECT(takes(NEEDS "rlimit core 0\nrlimit nofile 9223372036854775807\nwall-time 4294967295\nlimit memory 1\nwatch memory\ngauge memory-events /m\nnice 19\nfreezer 2 /f /s\n"));
  EXPECT(refuses("rlimit as 1\n", "name and value") && refuses("rlimit core -1\n", "name and value") && refuses("rlimit core 9223372036854775808\n", "name and value"));
  EXPECT(takes(NEEDS "output 4294967295\nconnections 1000000\nconnect-rate 1\n") && refuses("output 0\n", "above 0") && refuses("output 4294967296\n", "above 0") &&
         refuses("connections 1000001\n", "above 0") && refuses("connect-rate 0\n", "above 0"));
  EXPECT(takes(NEEDS "count connections\n") && refuses("count all\n", "bytes or connections"));
  EXPECT(takes(NEEDS "where 0x400000 1 2 3 4\n") && refuses("where 0 1 2 3 4\n", "addresses") && refuses("where 1 2 3 4 0\n", "addresses") &&
         refuses("where 1 2 3 4 0xffffffffffffffff\n", "addresses"));
  EXPECT(refuses("wall-time 0\n", "milliseconds") && refuses("wall-time 4294967296\n", "milliseconds") && refuses("limit memory 0\n", "name and value") && refuses("limit x 1\n", "name and value"));
  EXPECT(refuses("watch cpu\n", "expected memory") && refuses(NEEDS "watch memory\n", "watch needs limit") && refuses("watch swap\nwatch swap\n", "twice"));
  EXPECT(refuses("gauge memory x\n", "path") && refuses("gauge x /a\n", "gauge's name") && refuses("freezer 3 /a /b\n", "1 or 2") && refuses("nice 0\n", "1 to 19") && refuses("nice 20\n", "1 to 19") && refuses("cgroup-sweep x\n", "path") && refuses("cgroup-make x\n", "path") && refuses("cgroup-set /a/../b 1\n", "path") && refuses("cgroup-join \n", "path"));

  struct plan *plan = plan_of("identity 1 1 1 1\nmessage m%0a\ncwd /w\nexec /x\narg a%20b\narg \nenv A=\nenv B=%0a=\n");
  test("the program gets its arguments, environment and directory, and no others");
  EXPECT(plan && plan->argument_count == 2 && strcmp(plan->arguments[0], "a b") == 0 && !*plan->arguments[1] && !plan->arguments[2]);
  EXPECT(plan && plan->environment_count == 2 && strcmp(plan->environment[1], "B=\n=") == 0 && !plan->environment[2]);
  EXPECT(plan && strcmp(plan->message, "m\n") == 0 && strcmp(plan->directory, "/w") == 0 && strcmp(plan->program, "/x") == 0);
  plan_free(plan);
  EXPECT(refuses("env =x\n", "NAME=VALUE") && refuses("env A\n", "NAME=VALUE") && refuses("cwd .\n", "path") && refuses("exec node\n", "path"));

  test("a plan without identity, program, arguments or directory is none");
  EXPECT(refuses("identity 1 1 1 1\ncwd /\nexec /x\n", "expected exec, arg and cwd") && refuses("identity 1 1 1 1\ncwd /\narg x\n", "expected exec"));
  EXPECT(refuses("identity 1 1 1 1\nexec /x\narg x\n", "expected exec") && refuses("cwd /\nexec /x\narg x\n", "expected identity"));
}

// `count` times `line`, after `before`.
static bool takes_many(const char *before, const char *line, size_t count) {
  size_t length = strlen(line), start = strlen(before);
  char *lines = malloc(start + length * count + 1);
  if (!lines) abort();
  memcpy(lines, before, start + 1);
  for (size_t i = 0; i < count; i++) memcpy(lines + start + i * length, line, length + 1);
  struct plan *plan = plan_of(lines);
  free(lines);
  plan_free(plan);
  return plan != NULL;
}

static void bounds(void) {
  test("every list has its bound: taken up to it, refused beyond");
  EXPECT(takes_many(NEEDS SPACES, "directory /a\n", PLAN_MAX_STEPS) && !takes_many(NEEDS SPACES, "directory /a\n", PLAN_MAX_STEPS + 1));
  EXPECT(strstr(error, "too many steps"));
  EXPECT(takes_many(NEEDS FILTERS, "landlock-path /a 1\n", PLAN_MAX_RULES) && !takes_many(NEEDS FILTERS, "landlock-path /a 1\n", PLAN_MAX_RULES + 1));
  EXPECT(takes_many(NEEDS FILTERS, "bind deny tcp ::/0 1-2\n", PLAN_MAX_RULES) && !takes_many(NEEDS FILTERS, "bind deny tcp ::/0 1-2\n", PLAN_MAX_RULES + 1));
  EXPECT(strstr(error, "too many rules"));
  EXPECT(takes_many(NEEDS FILTERS, "unix deny below /a own\n", PLAN_MAX_UNIX) && !takes_many(NEEDS FILTERS, "unix deny below /a own\n", PLAN_MAX_UNIX + 1));
  EXPECT(takes_many(NEEDS, "pin /a 1 2 3 4 5\n", PLAN_MAX_PINS) && !takes_many(NEEDS, "pin /a 1 2 3 4 5\n", PLAN_MAX_PINS + 1));
  EXPECT(takes_many(NEEDS, "unix-known /a\n", PLAN_MAX_UNIX) && !takes_many(NEEDS, "unix-known /a\n", PLAN_MAX_UNIX + 1));
  EXPECT(takes_many(NEEDS, "env A=\n", PLAN_MAX_STRINGS - 1) && !takes_many(NEEDS, "env A=\n", PLAN_MAX_STRINGS));
  EXPECT(takes_many(NEEDS, "arg a\n", PLAN_MAX_STRINGS - 2) && !takes_many(NEEDS, "arg a\n", PLAN_MAX_STRINGS - 1));
  EXPECT(takes_many(NEEDS, "rlimit core 0\n", 16) && !takes_many(NEEDS, "rlimit core 0\n", 17));
  EXPECT(takes_many(NEEDS, "cgroup-make /a\n", PLAN_MAX_CGROUP) && !takes_many(NEEDS, "cgroup-make /a\n", PLAN_MAX_CGROUP + 1));

  test("a filter has at most 4096 instructions, a host name at most 64 bytes");
  char *line = malloc(16 * (PLAN_MAX_FILTER + 1) + 256);
  if (!line) abort();
  for (size_t count = PLAN_MAX_FILTER; count <= PLAN_MAX_FILTER + 1; count++) {
    size_t at = (size_t)sprintf(line, NEEDS "landlock 1 0 0\nseccomp ");
    memset(line + at, '0', 16 * count);
    memcpy(line + at + 16 * count, "\n", 2);
    EXPECT(count == PLAN_MAX_FILTER ? takes(line) : refuses(line, "16 digits"));
  }
  for (int length = 64; length <= 65; length++) {
    snprintf(line, 256, NEEDS "hostname %0*d\n", length, 0);
    EXPECT(length == 64 ? takes(line) : refuses(line, "host name"));
  }
  free(line);
}

// The text through a descriptor.
static struct plan *read_from(const char *text, size_t length) {
  int fd = memfd_create("plan", MFD_CLOEXEC);
  if (fd < 0 || write(fd, text, length) != (ssize_t)length || lseek(fd, 0, SEEK_SET) != 0) abort();
  struct plan *plan = plan_read(fd, error, sizeof error);
  close(fd);
  return plan;
}

static void reading(void) {
  static const char text[] = "cordon-plan 1\n" NEEDS "end\n";
  struct plan *plan = read_from(text, sizeof text - 1);
  test("a plan is read from a descriptor to its end, and no more than 4 MiB of it");
  EXPECT(plan);
  plan_free(plan);
  char *large = malloc(PLAN_MAX_BYTES + 1);
  if (!large) abort();
  memset(large, 'x', PLAN_MAX_BYTES + 1);
  plan = read_from(large, PLAN_MAX_BYTES + 1);
  EXPECT(!plan && strstr(error, "4 MiB"));
  free(large);
  EXPECT(!plan_read(-1, error, sizeof error) && strstr(error, "cannot be read"));

  test("a plan printed and read again is the same plan");
  plan = plan_of("identity +1 +2 3 4\ncwd /\nexec /%25\narg %20\nenv A=%0a\n" SPACES
                 "user-namespace after-mounts\nhostname h\nmount /a /b rw,nodev,idmap,file\ntmpfs /t 1 2 0x3ff ro\nproc /proc\ndevice zero /z\n"
                 "symlink a /l\nfile /f 0x1a4 text\ndirectory /d\nmask /m file\n" FILTERS
                 "landlock-path /a 0xff\nconnect allow tcp 10.0.0.0/8 1-2\nbind deny udp ::/0 0-65535\npin /p 1 2 3 4 5\nunix allow prefix /run/a%20b host\nunix deny below /t own\nunix-alias /v /w\nunix-writable /t\nunix-known /t/s\nloopback cell\nexec-after-ready allow\n"
                 "rlimit nproc 5\ncgroup-make /c\ncgroup-set /c/x 1\ncgroup-join /c/p\ncgroup-try /c/y 2\ncgroup-sweep /d\nlimit memory 8\nlimit cpuTime 7\nwatch cpuTime\ngauge swap-peak /e%20\nfreezer 1 /f /g\nnice 3\nwall-time 9\noutput 7\nconnections 3\nconnect-rate 2\ncount bytes\nwhere 1 2 3 4 5\n");
  char *once = plan ? plan_print(plan) : NULL;
  struct plan *again = once ? parse(once) : NULL;
  char *twice = again ? plan_print(again) : NULL;
  EXPECT(once && twice && strcmp(once, twice) == 0);
  EXPECT(again && again->uid_from_pid && again->userns_after_mounts && again->root_count == 8 && again->landlock_paths[0].rights == 0xff);
  free(once), free(twice);
  plan_free(plan), plan_free(again);
}

int main(void) {
  header_and_end();
  words_and_verbs();
  identity_and_namespaces();
  root();
  filters();
  supervisor_user();
  recording();
  limits_and_program();
  bounds();
  reading();
  return tests_done("plan");
}
