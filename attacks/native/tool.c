// SPDX-License-Identifier: Apache-2.0
// The executable that hostile programs try to run, that the host puts beside them as a canary, and that does what
// needs a process with one thread. It speaks as they do: one JSON line.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int refused(const char *step) {
  int code = errno;
  const char *name = strerrorname_np(code);
  printf("{\"succeeded\":false,\"code\":\"%s\",\"detail\":\"%s\"}\n", name == NULL ? "unknown" : name, step);
  return 1;
}

static int succeeded(const char *detail) {
  printf("{\"succeeded\":true,\"detail\":\"%s\"}\n", detail);
  return 0;
}

static void rest(long milliseconds) {
  struct timespec span = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&span, NULL);
}

// Holds a secret in memory and, as descriptor 9, the file it came from. Lives for at most a minute.
static int canary(const char *file) {
  static char secret[256];
  int fd = open(file, O_RDONLY);
  if (fd < 0 || dup2(fd, 9) < 0) return refused("open the canary's file");
  ssize_t length = read(fd, secret, sizeof secret - 1);
  if (length < 0) return refused("read the canary's file");
  // Without Yama anybody of the same user may trace; say so where there is Yama, to keep the control alive.
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  printf("{\"pid\":%d,\"address\":%lu,\"length\":%zd}\n", getpid(), (unsigned long)secret, length);
  fflush(stdout);
  alarm(60);
  for (;;) pause();
}

// Writes one byte into the padding of an ELF header, through every inherited descriptor (CVE-2019-5736).
static int overwrite(const char *offset_text, const char *value_text) {
  char path[64];
  unsigned char value = (unsigned char)atoi(value_text);
  errno = EBADF;
  // The image that held the file is gone only when its last thread is: try for a while.
  for (int attempt = 0; attempt < 20; attempt++) {
    for (int fd = 3; fd < 64; fd++) {
      snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
      int writable = open(path, O_WRONLY | O_CLOEXEC);
      if (writable < 0) continue;
      if (pwrite(writable, &value, 1, atoi(offset_text)) == 1) return succeeded("wrote into the launcher");
      close(writable);
    }
    rest(10);
  }
  return refused("open the launcher for writing");
}

// Two forks and a session of its own; its heart beats into a file for at most eight seconds.
static int daemonise(const char *file) {
  if (fork() != 0) return 0;
  setsid();
  if (fork() != 0) return 0;
  for (int beat = 1; beat < 800; beat++) {
    char line[64];
    int length = snprintf(line, sizeof line, "%d %d\n", getpid(), beat);
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd >= 0) {
      if (write(fd, line, (size_t)length) < 0) return 1;
      close(fd);
    }
    rest(10);
  }
  return 0;
}

static int nested_namespaces(void) {
  if (unshare(CLONE_NEWUSER) < 0) return refused("unshare(CLONE_NEWUSER)");
  if (unshare(CLONE_NEWNS) < 0) return refused("unshare(CLONE_NEWNS)");
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return refused("make / private");
  if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL) < 0) return refused("mount a tmpfs");
  return succeeded("mounted in a user namespace of its own");
}

// Forks up to `wanted` children that only wait; says how many lived at once.
static int bomb(const char *wanted_text) {
  int wanted = atoi(wanted_text);
  int alive = 0;
  pid_t children[4096];
  while (alive < wanted && alive < 4096) {
    pid_t child = fork();
    if (child < 0) break;
    if (child == 0) {
      alarm(5);
      for (;;) pause();
    }
    children[alive++] = child;
  }
  int because = errno;
  for (int index = 0; index < alive; index++) kill(children[index], SIGKILL);
  for (int index = 0; index < alive; index++) waitpid(children[index], NULL, 0);
  errno = because;
  if (alive < wanted) return refused("fork");
  return succeeded("had as many children as it liked");
}

// Leads a session on a terminal, runs a command on it, then says what lies unread in the terminal's input. It must
// say so before it ends: with the leader the terminal hangs up, and forgets.
static void lead_session(const char *slave_path, char **command) {
  int report = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  setsid();
  int slave = open(slave_path, O_RDWR);
  if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) < 0) _exit(refused("take the terminal"));
  dup2(slave, 0), dup2(slave, 1), dup2(slave, 2);
  if (slave > 2) close(slave);
  pid_t child = fork();
  if (child == 0) {
    execvp(command[0], command);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  int waiting = 0;
  ioctl(0, FIONREAD, &waiting);
  dprintf(report, "{\"typed\":%d}\n", waiting);
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

// Runs a command on a terminal of its own and copies what it says.
static int terminal(char **command) {
  char slave_path[64];
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) return refused("open a terminal");
  if (ptsname_r(master, slave_path, sizeof slave_path) != 0) return refused("name the terminal");
  pid_t leader = fork();
  if (leader < 0) return refused("fork");
  if (leader == 0) lead_session(slave_path, command);
  char bytes[4096];
  int status = 0;
  bool ended = false;
  fcntl(master, F_SETFL, O_NONBLOCK);
  for (;;) {
    ssize_t length = read(master, bytes, sizeof bytes);
    if (length > 0) {
      if (write(STDOUT_FILENO, bytes, (size_t)length) < 0) return 1;
      continue;
    }
    if (ended) return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    ended = waitpid(leader, &status, WNOHANG) == leader;
    if (!ended) rest(5);
  }
}

// Listens on a unix socket that is nobody else's, as descriptor 7, and becomes another command that inherits it.
static int listen_then(const char *path, char **command) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return errno = ENAMETOOLONG, refused("name the socket");
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return refused("bind the socket");
  if (chmod(path, 0600) < 0 || listen(fd, 64) < 0 || dup2(fd, 7) < 0) return refused("listen on the socket");
  if (fd != 7) close(fd);
  execvp(command[0], command);
  return refused("execute the command");
}

int main(int count, char **word) {
  const char *verb = count > 1 ? word[1] : "say";
  if (strcmp(verb, "canary") == 0 && count > 2) return canary(word[2]);
  if (strcmp(verb, "overwrite") == 0 && count > 3) return overwrite(word[2], word[3]);
  if (strcmp(verb, "daemon") == 0 && count > 2) return daemonise(word[2]);
  if (strcmp(verb, "namespaces") == 0) return nested_namespaces();
  if (strcmp(verb, "bomb") == 0 && count > 2) return bomb(word[2]);
  if (strcmp(verb, "listen") == 0 && count > 3) return listen_then(word[2], word + 3);
  if (strcmp(verb, "terminal") == 0 && count > 2) return terminal(word + 2);
  if (strcmp(verb, "identity") == 0 && count > 2) {
    char detail[64];
    snprintf(detail, sizeof detail, "effective uid %u", geteuid());
    errno = EPERM;
    return geteuid() == (uid_t)atoi(word[2]) ? succeeded(detail) : refused(detail);
  }
  return succeeded("the program was executed");
}
