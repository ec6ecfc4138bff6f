// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "status.h"
#include "usage.h"

static char text[1 << 20];

// What `act` reports when the host reads all of it only afterwards. Each in a process of its own: the ration starts anew.
static const char *reports(void (*act)(void), int pipe_size) {
  int ends[2], acted[2];
  char nothing;
  if (pipe2(acted, O_CLOEXEC) < 0 || pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[1], F_SETPIPE_SZ, pipe_size) < 0) abort();
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) {
    close(ends[0]);
    EXPECT(status_use(ends[1]));
    act();
    close(acted[0]), close(acted[1]);
    status_drain(5000);
    _exit(0);
  }
  close(ends[1]), close(acted[1]);
  while (read(acted[0], &nothing, 1) < 0) {}
  close(acted[0]);
  int status = -1;
  size_t length = 0;
  for (ssize_t got; (got = read(ends[0], text + length, sizeof text - 1 - length)) > 0;) length += (size_t)got;
  text[length] = '\0';
  close(ends[0]);
  waitpid(child, &status, 0);
  return status == 0 ? text : "";
}

static size_t count(const char *what) {
  size_t found = 0;
  for (const char *at = text; (at = strstr(at, what)); at += strlen(what)) found++;
  return found;
}

static void all_events(void) {
  status_started(7);
  status_ready();
  status_listening(3000);
  status_denied("net.connect", "tcp://10.0.0.1:80", "filters");
  status_limit(&(struct met_limit){.limit = "wallTime", .effect = "ended", .by = "supervisor", .value = 1000, .peak = 1001, .count = 1});
  status_frame("spin\x1b (/a.js:1:2)");
  status_limit(&(struct met_limit){.limit = "cpu", .effect = "slowed", .by = "cgroup", .value = 1050, .peak = 1050, .count = 9, .in_thousandths = true});
  status_usage(3, &(struct usage){1, 2, 3, 4, 5, 6, 7, 8, 9, UINT64_MAX});
  status_frozen(4, true, 0);
  status_failed("mount", ENOENT, "/x");
  status_exited(3 << 8, NULL);
  status_exited(SIGABRT, "heap");
}

static void hostile(void) { status_denied("run", "a\"b\\c\n\x1b[31m\x7f\xc3\xa9\xff", "filters"); }

static char long_name[100000];
static void long_resource(void) {
  memset(long_name, '\x01', sizeof long_name - 1);
  status_denied("run", long_name, "filters");
}

static void flood(void) {
  for (int i = 0; i < 5000; i++) status_denied("run", "/x", "filters");
  status_exited(0, NULL);
}

static void listening_flood(void) {
  for (int i = 0; i < 5000; i++) status_listening(1);
  status_denied("run", "/x", "filters");
}

// Anybody in the cell can write what the runtime reports.
static void invented_flood(void) {
  for (int i = 0; i < 5000; i++) status_denied("env", "X", "runtime");
  status_denied("net.connect", "tcp://10.0.0.1:80", "filters");
}

// The host does not read while this happens: the pipe holds a page, the buffer 64 KiB.
static void full_pipe(void) {
  memset(long_name, 'x', 2000);
  long_name[2000] = '\0';
  status_started(7);
  for (int i = 0; i < 60; i++) status_denied("run", long_name, "filters");
  status_ready();
  status_limit(&(struct met_limit){.limit = "memory", .effect = "ended", .by = "cgroup", .value = 1, .peak = 2, .count = 1});
  status_failed("mount", EPERM, "/x");
  status_exited(0, NULL);
}

static void uses(void) {
  status_used("read", "file", "/a\"b", "/c", "/bin/x\n");
  status_used("read", "file", "/same", "/same", "");
}

static void long_use(void) {
  memset(long_name, 'x', 4900);
  long_name[4900] = '\0';
  status_used("read", "file", long_name, "", "");
  memset(long_name, '\x01', 4900);
  status_used("read", "file", long_name, "", "");
  status_exited(0, NULL);
}

static void audited_flood(void) {
  for (int i = 0; i < 5000; i++) status_audited("env", "X");
  status_denied("run", "/x", "filters");
  status_exited(0, NULL);
}

static void limit_flood(void) {
  for (uint64_t i = 1; i <= 5000; i++) status_limit(&(struct met_limit){.limit = "processes", .effect = "refused", .by = "cgroup", .value = 8, .peak = 8, .count = i});
  status_limit(&(struct met_limit){.limit = "connections", .effect = "refused", .by = "supervisor", .value = 1, .peak = 1, .count = 1});
  status_limit(&(struct met_limit){.limit = "processes", .effect = "ended", .by = "cgroup", .value = 8, .peak = 8, .count = 5000});
}

static void nobody_reads(void) {
  for (int i = 0; i < 1000; i++) status_ready();
}

int main(void) {
  test("every event is one line of JSON");
  EXPECT(strcmp(reports(all_events, 1 << 16), "{\"event\":\"started\",\"pid\":7}\n"
                                              "{\"event\":\"ready\"}\n"
                                              "{\"event\":\"listening\",\"port\":3000}\n"
                                              "{\"event\":\"denied\",\"scope\":\"net.connect\",\"resource\":\"tcp://10.0.0.1:80\",\"by\":\"filters\"}\n"
                                              "{\"event\":\"limit\",\"limit\":\"wallTime\",\"effect\":\"ended\",\"by\":\"supervisor\",\"value\":1000,\"peak\":1001,\"count\":1}\n"
                                              "{\"event\":\"frame\",\"text\":\"spin\\u001b (/a.js:1:2)\"}\n"
                                              "{\"event\":\"limit\",\"limit\":\"cpu\",\"effect\":\"slowed\",\"by\":\"cgroup\",\"value\":1.050,\"peak\":1.050,\"count\":9}\n"
                                              "{\"event\":\"usage\",\"id\":3,\"memory\":1,\"peakMemory\":2,\"swap\":3,\"peakSwap\":4,\"processes\":5,\"peakProcesses\":6,\"cpu\":7,\"user\":8,\"system\":9,\"throttled\":18446744073709551615}\n"
                                              "{\"event\":\"frozen\",\"id\":4,\"frozen\":true,\"errno\":\"\"}\n"
                                              "{\"event\":\"failed\",\"step\":\"mount\",\"errno\":\"ENOENT\",\"resource\":\"/x\"}\n"
                                              "{\"event\":\"exited\",\"code\":3,\"cause\":\"\",\"lost\":0}\n"
                                              "{\"event\":\"exited\",\"signal\":6,\"cause\":\"heap\",\"lost\":0}\n") == 0);

  test("no byte of a cell's splits a line, ends a string or reaches a terminal");
  EXPECT(strstr(reports(hostile, 1 << 16), "\"resource\":\"a\\\"b\\\\c\\u000a\\u001b[31m\\u007f\\u00c3\\u00a9\\u00ff\","));
  EXPECT(count("\n") == 1);

  test("a resource of any length makes a line of bounded length");
  EXPECT(strlen(reports(long_resource, 1 << 16)) < 4096 && count("\n") == 1 && count("\"by\":\"filters\"}") == 1);

  test("a flood of refusals is rationed, and the rest counted");
  reports(flood, 1 << 16);
  size_t written = count("\"denied\""), lost = 0;
  const char *said = strstr(text, "\"lost\":");
  if (said) lost = strtoul(said + strlen("\"lost\":"), NULL, 10);
  EXPECT(written >= 64 && written < 200); // a slow machine refills a little meanwhile
  EXPECT(written + lost == 5000);

  test("a flood of listens is rationed, and takes nothing from the refusals");
  reports(listening_flood, 1 << 16);
  EXPECT(count("\"listening\"") >= 64 && count("\"listening\"") < 200 && count("\"denied\"") == 1);

  test("a flood of refusals that the program reports itself takes nothing from those that the kernel found");
  reports(invented_flood, 1 << 16);
  EXPECT(count("\"by\":\"runtime\"") < 200 && count("\"by\":\"filters\"") == 1);

  test("a host that reads late misses refusals, and no other line");
  reports(full_pipe, 4096);
  EXPECT(count("\"denied\"") < 60 && count("\"denied\"") > 10);
  EXPECT(count("\"started\"") == 1 && count("\"ready\"") == 1 && count("\"limit\":\"memory\"") == 1 && count("\"failed\"") == 1 && count("\"exited\"") == 1);
  EXPECT(!strstr(text, "\"lost\":0}"));

  test("a use is one line, with its other path only where that is another");
  EXPECT(strcmp(reports(uses, 1 << 16),
                "{\"event\":\"used\",\"use\":\"read\",\"kind\":\"file\",\"resource\":\"/a\\\"b\",\"real\":\"/c\",\"by\":\"/bin/x\\u000a\"}\n"
                "{\"event\":\"used\",\"use\":\"read\",\"kind\":\"file\",\"resource\":\"/same\",\"real\":\"\",\"by\":\"\"}\n") == 0);

  test("a use of any length makes a line that its reader takes, or none and is counted");
  EXPECT(strlen(reports(long_use, 1 << 16)) < 16384 && count("\"used\"") == 1 && count("\"lost\":1}") == 1);

  test("a flood of uses that a walled program reports is rationed, and takes nothing from the refusals");
  reports(audited_flood, 1 << 16);
  EXPECT(count("\"used\"") >= 256 && count("\"used\"") < 600 && count("\"denied\"") == 1);

  test("a limit that is met again and again is told once a second, and takes nothing from other limits nor from the end");
  reports(limit_flood, 1 << 16);
  EXPECT(count("\"limit\":\"processes\",\"effect\":\"refused\"") >= 1 && count("\"limit\":\"processes\",\"effect\":\"refused\"") < 10);
  EXPECT(count("\"count\":1}") == 2 && count("\"limit\":\"connections\"") == 1 && count("\"effect\":\"ended\"") == 1);

  test("a host that is gone stops nothing");
  int ends[2];
  signal(SIGPIPE, SIG_IGN);
  EXPECT(pipe2(ends, O_CLOEXEC) == 0 && close(ends[0]) == 0);
  EXPECT(status_use(ends[1]));
  nobody_reads();
  status_drain(1000);
  return tests_done("status");
}
