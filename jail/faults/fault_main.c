// SPDX-License-Identifier: Apache-2.0
// cordon-jail-faults: the jail of the same sources, in which calls fail on purpose.
//
//   cordon-jail-faults [--fault=PROCESS:NUMBER:WHAT]… [--ledger=FD] PLAN-AND-STATUS-AS-ALWAYS
//   cordon-jail-faults --sites
//
// NUMBER counts the calls of one process that could fail, from 1. WHAT is an errno's name: the call is not made and
// fails so; `kill`: the process ends by SIGKILL in its place; `hold`: it waits there until the ledger lets it go on.
// The ledger is a file in which every call is noted. It is not in the plan, so that what comes before the plan is read
// fails as well, and what is carried out is the production plan, byte by byte.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "errno_name.h"

struct fault_site {
  const char *call, *file, *function;
  long line;
};
bool fault_fails(const struct fault_site *site);
long fault_forked(const struct fault_site *site, long result);
int jail_main(int count, char **arguments);

extern const struct fault_site __start_fault_sites[], __stop_fault_sites[];

enum { PROCESSES = 10, FAULTS = 8, RECORDS = 1 << 14 };
static const char *const processes[PROCESSES] = {"supervisor", "init", "holder", "program", "between", "keeper", "helper", "attendant", "handing", "relay"};
enum { SUPERVISOR, INIT, HOLDER, PROGRAM, BETWEEN, KEEPER, HELPER, ATTENDANT, HANDING, RELAY };

struct ledger {
  _Atomic uint32_t held, released; // by `hold`; by whoever has the file
  _Atomic uint32_t count, unnamed; // records; processes that nobody gave a name
  struct {
    uint16_t process, site;
    uint32_t number;
  } records[RECORDS];
};

enum { KILL = -1, HOLD = -2 };
static struct {
  unsigned process, number;
  int what; // an errno, or one of the two above
} faults[FAULTS];
static unsigned fault_count;
static struct ledger *ledger;
static unsigned self = SUPERVISOR, number; // which process this is, and how many calls it has come to

static void hold(void) {
  if (!ledger) return;
  ledger->held = 1;
  while (!ledger->released) nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

bool fault_fails(const struct fault_site *site) {
  int before = errno;
  number++;
  if (ledger) {
    uint32_t at = ledger->count++;
    if (at < RECORDS) {
      ledger->records[at].process = (uint16_t)self;
      ledger->records[at].site = (uint16_t)(site - __start_fault_sites);
      ledger->records[at].number = number;
    }
  }
  for (unsigned i = 0; i < fault_count; i++) {
    if (faults[i].process != self || faults[i].number != number) continue;
    if (faults[i].what > 0) {
      errno = faults[i].what;
      return true;
    }
    if (faults[i].what == HOLD) hold();
    // By number, not kill(getpid()): the first process of a pid namespace is deaf to its own signals.
    else if (self == INIT && getpid() == 1) _exit(137);
    else syscall(SYS_tkill, (int)syscall(SYS_gettid), SIGKILL);
  }
  errno = before;
  return false;
}

static int child_of(const struct fault_site *site) {
  if (!strcmp(site->function, "launch")) return INIT;
  if (!strcmp(site->function, "identity_mount_map")) return HOLDER;
  if (!strcmp(site->function, "init_run")) return PROGRAM;
  if (!strcmp(site->function, "path_keeper_start")) return self == BETWEEN ? KEEPER : BETWEEN;
  if (strstr(site->file, "/narrow/") || strstr(site->file, "/where/")) return HELPER;
  if (strstr(site->file, "/listener.c")) return HANDING;
  if (strstr(site->file, "/relay.c")) return RELAY;
  if (!strncmp(site->function, "attendant", 9)) return ATTENDANT;
  return -1;
}

long fault_forked(const struct fault_site *site, long result) {
  bool forks = !strcmp(site->call, "fork") || !strncmp(site->call, "SYS_clone", 9);
  if (!forks || result != 0) return result;
  int child = child_of(site);
  if (child < 0 && ledger) ledger->unnamed++;
  self = child < 0 ? HELPER : (unsigned)child;
  number = 0;
  return 0;
}

static _Noreturn void misused(const char *argument) {
  fprintf(stderr, "cordon-jail-faults: expected --fault=PROCESS:NUMBER:WHAT, --ledger=FD or --sites, got `%s`\n", argument);
  exit(64);
}

static int what_of(const char *word) {
  if (!strcmp(word, "kill")) return KILL;
  if (!strcmp(word, "hold")) return HOLD;
  for (int cause = 1; cause < 134; cause++)
    if (!strcmp(errno_name(cause), word)) return cause;
  return 0;
}

static void read_fault(const char *argument) {
  char process[16], what[24];
  unsigned at;
  if (fault_count == FAULTS || sscanf(argument, "--fault=%15[a-z]:%u:%23[A-Za-z0-9]", process, &at, what) != 3) misused(argument);
  unsigned which = 0;
  while (which < PROCESSES && strcmp(processes[which], process) != 0) which++;
  int cause = what_of(what);
  if (which == PROCESSES || !cause) misused(argument);
  faults[fault_count].process = which, faults[fault_count].number = at, faults[fault_count].what = cause;
  fault_count++;
}

static void open_ledger(const char *argument) {
  int fd = atoi(argument + strlen("--ledger="));
  if (ftruncate(fd, sizeof *ledger) < 0) misused(argument);
  void *shared = mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared == MAP_FAILED) misused(argument);
  ledger = shared; // outlives the descriptor, every fork and the change of the root; ends with the exec
  close(fd);
}

int main(int count, char **arguments) {
  int kept = 1;
  for (int i = 1; i < count; i++) {
    if (!strcmp(arguments[i], "--sites")) {
      for (const struct fault_site *site = __start_fault_sites; site < __stop_fault_sites; site++)
        printf("%s %s:%ld %s\n", site->call, site->file, site->line, site->function);
      return 0;
    }
    if (!strncmp(arguments[i], "--fault=", 8)) read_fault(arguments[i]);
    else if (!strncmp(arguments[i], "--ledger=", 9)) open_ledger(arguments[i]);
    else arguments[kept++] = arguments[i];
  }
  arguments[kept] = NULL;
  return jail_main(kept, arguments);
}
