// SPDX-License-Identifier: Apache-2.0
// cordon-jail: carries out a plan. See docs/plan.md.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attendant.h"
#include "container.h"
#include "fd.h"
#include "handover.h"
#include "plan.h"
#include "probe.h"
#include "stage.h"
#include "supervisor.h"

static const char usage[] = "usage: cordon-jail --plan=FD --status=FD [--control=FD] [--channel=FD]\n"
                            "       cordon-jail --plan=environment [--tell=denials] [--tell=exit] -- COMMAND [ARGUMENT...]\n"
                            "       cordon-jail --probe\n"
                            "       cordon-jail --container[=FILTER] [--no-home] PROGRAM [ARGUMENT...]\n";

static bool descriptor(const char *argument, const char *name, int *fd) {
  size_t length = strlen(name);
  char *end;
  if (strncmp(argument, name, length) != 0) return false;
  long value = strtol(argument + length, &end, 10);
  if (*end || end == argument + length || value < 3 || value > 1023 || fcntl((int)value, F_GETFD) < 0) {
    fprintf(stderr, "cordon-jail: expected %sFD to name an open descriptor above 2, got `%s`\n", name, argument);
    exit(EXIT_JAIL);
  }
  *fd = (int)value;
  return true;
}

// Whatever else the caller left open stays outside.
static bool keep_only(const struct supervisor_fds *fds, int plan) {
  const int kept[] = {plan, fds->status, fds->control, fds->channel};
  if (!fd_close_others(kept, sizeof kept / sizeof *kept)) return false;
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if (kept[i] >= 0 && fcntl(kept[i], F_SETFD, FD_CLOEXEC) < 0) return false;
  return true;
}

// With 0, 1 or 2 closed, the next descriptor that is opened would take its place and reach the program as its own.
static bool have_stdio(void) {
  for (;;) {
    int fd = open("/dev/null", O_RDWR);
    if (fd < 0) return false;
    if (fd <= 2) continue;
    close(fd);
    return true;
  }
}

// The words of a command that has handed everything over by execve(2).
static bool parse_handover(char **words, struct attendant *attendant) {
  for (; *words && strcmp(*words, "--") != 0; words++) {
    if (!strcmp(*words, "--tell=denials")) attendant->tells_denials = true;
    else if (!strcmp(*words, "--tell=exit")) attendant->tells_exit = true;
    else return false;
  }
  if (!words[0] || !words[1]) return false;
  attendant->command = words + 1;
  return true;
}

static bool parse_descriptors(char **words, int *plan, struct supervisor_fds *fds) {
  for (; *words; words++) {
    if (!descriptor(*words, "--plan=", plan) && !descriptor(*words, "--status=", &fds->status) &&
        !descriptor(*words, "--control=", &fds->control) && !descriptor(*words, "--channel=", &fds->channel))
      return false;
  }
  return *plan >= 0 && fds->status >= 0;
}

int main(int count, char **arguments) {
  int plan_fd = -1;
  struct supervisor_fds fds = {-1, -1, -1};
  struct attendant attendant = {.environment = -1, .status = -1, .output = -1};
  if (count == 2 && !strcmp(arguments[1], "--probe")) return probe_run();
  if (count > 2 && !strcmp(arguments[1], "--container")) container_run(NULL, arguments + 2);
  if (count > 2 && !strncmp(arguments[1], "--container=", 12)) container_run(arguments[1] + 12, arguments + 2);
  bool is_handover = count > 1 && !strcmp(arguments[1], "--plan=environment");
  if (count < 2 || !(is_handover ? parse_handover(arguments + 2, &attendant) : parse_descriptors(arguments + 1, &plan_fd, &fds))) {
    fputs(usage, stderr);
    return EXIT_JAIL;
  }
  if (!keep_only(&fds, plan_fd)) {
    perror("cordon-jail: descriptors cannot be closed");
    return EXIT_JAIL;
  }
  if (!have_stdio()) {
    perror("cordon-jail: /dev/null cannot be opened");
    return EXIT_JAIL;
  }
  if (is_handover) {
    struct handover handover;
    if (!handover_take(&handover)) {
      perror("cordon-jail: the plan in the environment");
      return EXIT_JAIL;
    }
    plan_fd = handover.plan, attendant.environment = handover.environment;
  }
  char error[128];
  struct plan *plan = plan_read(plan_fd, error, sizeof error);
  close(plan_fd);
  if (!plan) {
    fprintf(stderr, "cordon-jail: %s\n", error);
    return EXIT_JAIL;
  }
  int code = supervisor_run(plan, fds, &attendant);
  plan_free(plan);
  return code;
}
