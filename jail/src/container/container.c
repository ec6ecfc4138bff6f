// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "stage.h"

enum { MOST_INSTRUCTIONS = 4096, DIGITS = 16 };

static _Noreturn void fail(int code, const char *what, const char *resource) {
  fprintf(stderr, "cordon-jail: %s%s%s: %s\n", what, resource ? " " : "", resource ? resource : "", strerror(errno));
  _exit(code);
}

static int digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  return -1;
}

size_t container_read_filter(const char *text, size_t length, struct sock_filter *program, size_t room) {
  size_t count = length / DIGITS;
  if (length % DIGITS != 0 || count == 0 || count > room) return 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t value = 0;
    for (size_t at = 0; at < DIGITS; at++) {
      int each = digit(text[i * DIGITS + at]);
      if (each < 0) return 0;
      value = value << 4 | (uint64_t)each;
    }
    program[i] = (struct sock_filter){(uint16_t)(value >> 48), (uint8_t)(value >> 40), (uint8_t)(value >> 32), (uint32_t)value};
  }
  return count;
}

// The runtime's own filter stands since before this process; this one is the narrower of the two: it has the exact
// answers, and takes away what only this process needs (fork, and filters).
static void install_filter(const char *path) {
  static char text[MOST_INSTRUCTIONS * DIGITS + 1];
  static struct sock_filter instructions[MOST_INSTRUCTIONS];
  size_t length = 0;
  AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(EXIT_JAIL, "the filter", path);
  for (ssize_t got = -1; got != 0 && length < sizeof text; length += (size_t)got) {
    got = read(fd, text + length, sizeof text - length);
    if (got < 0) fail(EXIT_JAIL, "the filter", path);
  }
  size_t count = container_read_filter(text, length, instructions, MOST_INSTRUCTIONS);
  errno = EINVAL;
  if (count == 0) fail(EXIT_JAIL, "the filter", path);
  struct sock_fprog program = {.len = (unsigned short)count, .filter = instructions};
  // Without the right to filter, a process must first give up new privileges.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
    fail(EXIT_JAIL, "seccomp", NULL);
  // What it forbids is tried: a runtime may answer without doing it.
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 || errno != EPERM) {
    errno = EINVAL;
    fail(EXIT_JAIL, "seccomp: the filter refuses nothing", NULL);
  }
}

static _Noreturn void start(const char *filter, char *const *arguments) {
  sigset_t none;
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // Runtimes set HOME where the bundle does not.
  if (!strcmp(arguments[0], "--no-home")) {
    unsetenv("HOME");
    arguments++;
  }
  if (filter) install_filter(filter);
  if (!arguments[0]) {
    errno = ENOENT;
    fail(EXIT_NOT_FOUND, "execute", "nothing");
  }
  execv(arguments[0], arguments);
  fail(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE, "execute", arguments[0]);
}

// Whatever was left to this process is reaped; the container ends with the program.
static void reap(pid_t program) {
  int status;
  for (pid_t child; (child = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (child != program) continue;
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }
}

_Noreturn void container_run(const char *filter, char *const *arguments) {
  const int kept[] = {-1};
  fd_close_others(kept, 1);
  if (!fd_stdio_is_safe()) fail(EXIT_JAIL, "descriptors", "stdin, stdout or stderr");
  // The program runs under the same user, and must not reach into the one process that may fork.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) fail(EXIT_JAIL, "dumpable", NULL);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  pid_t program = fork();
  if (program < 0) fail(EXIT_JAIL, "fork", NULL);
  if (program == 0) start(filter, arguments);
  for (int fd = 0; fd < 3; fd++) close(fd); // a reader of the program's output must see its end
  for (;;) {
    siginfo_t info;
    int number = sigwaitinfo(&all, &info);
    if (number == SIGCHLD) reap(program);
    // The program's process group is orphaned, and there the kernel drops SIGTSTP.
    else if (number > 0) kill(program, number == SIGTSTP ? SIGSTOP : number);
    else if (errno != EINTR) _exit(EXIT_JAIL);
  }
}
