// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "container.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void reading(void) {
  struct sock_filter program[4];
  const char *two = "0020000000000004" "0601020380000000";

  test("a filter is read as a plan has it: code, jt, jf, k");
  EXPECT(container_read_filter(two, strlen(two), program, 4) == 2);
  EXPECT(program[0].code == 0x20 && program[0].jt == 0 && program[0].jf == 0 && program[0].k == 4);
  EXPECT(program[1].code == 0x0601 && program[1].jt == 2 && program[1].jf == 3 && program[1].k == 0x80000000u);

  test("what is cut off, too long, empty or no digits is no filter");
  EXPECT(container_read_filter(two, 31, program, 4) == 0);
  EXPECT(container_read_filter(two, 32, program, 1) == 0);
  EXPECT(container_read_filter(two, 0, program, 4) == 0);
  EXPECT(container_read_filter("00200000000000g4", 16, program, 4) == 0);
  EXPECT(container_read_filter("0020000000000\n04", 16, program, 4) == 0);
}

// How the first process of a container ends with this shell command as the program.
static int ends_with(const char *script, bool no_home) {
  pid_t child = fork();
  if (child == 0) {
    char words[4][16] = {"--no-home", "/bin/sh", "-c", ""}, text[256];
    snprintf(text, sizeof text, "%s", script);
    char *arguments[] = {words[0], words[1], words[2], text, NULL};
    setenv("HOME", "/somewhere", 1);
    container_run(NULL, no_home ? arguments : arguments + 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void ending(void) {
  test("the first process ends as the program ends, with its code or 128 + n");
  EXPECT(ends_with("exit 7", false) == 7);
  EXPECT(ends_with("kill -TERM $$", false) == 143);

  test("a signal to the first process reaches the program");
  EXPECT(ends_with("trap 'exit 9' USR1; kill -USR1 $PPID; while :; do :; done", false) == 9);

  test("HOME, which runtimes set, is taken away where it was not granted");
  EXPECT(ends_with("test \"$HOME\" = /somewhere", false) == 0);
  EXPECT(ends_with("test -z \"${HOME+set}\"", true) == 0);

  test("a filter that is not there ends the start");
  pid_t child = fork();
  if (child == 0) {
    char word[] = "/bin/true";
    close(2);
    container_run("/nowhere", (char *[]){word, NULL});
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 125);
}

int main(void) {
  reading();
  ending();
  return tests_done("container");
}
