// SPDX-License-Identifier: Apache-2.0
// The program of a cell whose set-up is made to fail. It says `walled`, or which door it found open: one failure more
// than the set-up noticed, and something below would work. `witness SECRET PORT WALLS`: a file that is not granted, a
// port of the host's that somebody listens on, and which walls stand.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool open_door;

static void found(const char *door) {
  printf("open: %s\n", door);
  open_door = true;
}

static void capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct now[2] = {0};
  if (syscall(SYS_capget, &header, now) < 0) return;
  if (now[0].effective | now[0].permitted | now[0].inheritable | now[1].effective | now[1].permitted | now[1].inheritable) found("capabilities");
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) found("new privileges");
  if (getuid() == 0 || geteuid() == 0 || getgid() == 0) found("root's identity");
}

static void descriptors(void) {
  // 3, 4 and 5 are the runtime's; it closes the last.
  for (int fd = 6; fd < 256; fd++)
    if (fcntl(fd, F_GETFD) >= 0) found("a descriptor that is none of the cell's");
}

static void limits(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur != 1) found("core files"); // at 0 a handler of the host's would run
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 4096) found("descriptors without a limit");
}

static void signals(void) {
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, NULL, &blocked);
  for (int number = 1; number < 32; number++)
    if (sigismember(&blocked, number) == 1) found("a signal that is blocked");
}

static void outside(const char *secret, const char *port, bool namespaces, bool filters) {
  char text[8], upward[4096];
  int fd = open(secret, O_RDONLY);
  if (fd >= 0 && read(fd, text, sizeof text) > 0) found("a file outside");
  snprintf(upward, sizeof upward, "/proc/1/root%s", secret);
  if (open(upward, O_RDONLY) >= 0) found("a file outside, through the first process");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connection >= 0 && connect(connection, (struct sockaddr *)&address, sizeof address) == 0) found("a port of the host's");
  if (filters && socket(AF_UNIX, SOCK_RAW, 0) >= 0 && socket(AF_NETLINK, SOCK_RAW, 0) >= 0) found("netlink");
  if (namespaces && getppid() > 1) found("processes outside");
  if (unshare(CLONE_NEWUSER) == 0 && namespaces) found("a user namespace");
  if (filters) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    if (child > 0) found("a child"), waitpid(child, NULL, 0);
  }
}

int main(int count, char **arguments) {
  if (count < 4) return 64;
  bool namespaces = strstr(arguments[3], "namespaces"), filters = strstr(arguments[3], "filters");
  descriptors();
  signals();
  if (namespaces || filters) {
    limits();
    capabilities();
    outside(arguments[1], arguments[2], namespaces, filters);
  }
  if (!open_door) puts("walled");
  fflush(stdout);
  return open_door;
}
