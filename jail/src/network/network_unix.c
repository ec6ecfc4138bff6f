// SPDX-License-Identifier: Apache-2.0
// Unix sockets by path. They are decided on by the path's text, and then looked for on the host without following any
// link, so that a program cannot steer us to what is not granted; what was found is connected to by its descriptor.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "connection_limit.h"
#include "fd.h"
#include "identity.h"
#include "kernel.h"
#include "network.h"
#include "network_decide.h"
#include "shared.h"
#include "status.h"
#include "unix_path.h"

// A socket's file that is known by itself and not by its name: the descriptor keeps its number from being used again.
struct file {
  const char *path;
  int fd;
};
static struct file *known; // there before the program was; in the plan's order

// Made for the program.
enum { MAX_MADE = 64 };
static struct made {
  char path[PATH_MAX];
  int directory, fd;
} *made[MAX_MADE];

static bool is_same(int fd, int other) {
  struct stat one, two;
  return fd >= 0 && other >= 0 && fstat(fd, &one) == 0 && fstat(other, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

static int open_on_host(const char *path, uint64_t flags) {
  struct k_open_how how = {.flags = O_PATH | O_CLOEXEC | flags, .resolve = K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

// In the cell's own files: `rule` says which directory those are, and nothing outside of its file system counts.
static int open_in_cell(const struct call *call, const struct unix_rule *rule, const char *path, uint64_t flags) {
  char root_path[32];
  struct k_open_how how = {.flags = O_PATH | O_CLOEXEC | flags, .resolve = K_RESOLVE_IN_ROOT | K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS};
  struct stat top, there;
  snprintf(root_path, sizeof root_path, "/proc/%d/root", call->pid);
  AUTO_FD root = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0 || !call_valid(call)) return -1;
  AUTO_FD own = (int)syscall(SYS_openat2, root, rule->path, &how, sizeof how);
  AUTO_FD found = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
  if (own < 0 || found < 0 || fstat(own, &top) < 0 || fstat(found, &there) < 0) return -1;
  errno = EXDEV;
  return top.st_dev == there.st_dev ? fd_take(&found) : -1;
}

static int open_place(const struct call *call, const struct unix_rule *rule, const char *path, uint64_t flags) {
  return rule->own ? open_in_cell(call, rule, path, flags) : open_on_host(path, flags);
}

void network_unix_open(const struct plan *plan) {
  known = calloc(plan->unix_known_count + 1, sizeof *known);
  for (size_t i = 0; known && i < plan->unix_known_count; i++) known[i] = (struct file){plan->unix_known[i], open_on_host(plan->unix_known[i], O_NOFOLLOW)};
}

static void release(struct made **socket) {
  fd_close(&(*socket)->directory);
  fd_close(&(*socket)->fd);
  free(*socket);
  *socket = NULL;
}

static const char *name_of(const char *path) { return strrchr(path, '/') + 1; }

// Takes the file away, if it is still the one that was made.
static void remove_file(const struct made *socket) {
  AUTO_FD now = openat(socket->directory, name_of(socket->path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (is_same(now, socket->fd)) unlinkat(socket->directory, name_of(socket->path), 0);
}

void network_unix_close(void) {
  for (size_t i = 0; i < MAX_MADE; i++) {
    if (!made[i]) continue;
    remove_file(made[i]);
    release(&made[i]);
  }
}

// The program may write where the socket lies: it could have put another one there, by a rename or a hard link. So it
// has to be one that was there under this name before the program was, or one that was made for it.
static bool is_trusted(const struct plan *plan, const char *path, int fd) {
  if (!unix_is_replaceable(plan, path)) return true;
  for (size_t i = 0; known && i < plan->unix_known_count; i++)
    if (strcmp(known[i].path, path) == 0 && is_same(known[i].fd, fd)) return true;
  for (size_t i = 0; i < MAX_MADE; i++)
    if (made[i] && strcmp(made[i]->path, path) == 0 && is_same(made[i]->fd, fd)) return true;
  return false;
}

// The C library asks for the name service cache whatever it looks up: not worth a report.
static bool is_name_service_cache(const char *path) {
  return !strcmp(path, "/var/run/nscd/socket") || !strcmp(path, "/run/nscd/socket");
}

static void refuse(const struct call *call, const char *path) {
  if (is_name_service_cache(path)) {
    call_answer(call, -ENOENT);
    return;
  }
  status_denied("net.unix", path, "filters");
  call_answer(call, -EACCES);
}

// The path that a call names, and the rule that grants it. NULL after having answered.
static const struct unix_rule *granting(const struct call *call, const struct sockaddr_storage *raw, socklen_t length, char *real, size_t size) {
  const struct plan *plan = call->broker->plan;
  struct sockaddr_un address;
  char written[sizeof address.sun_path + 1] = "", link[32], directory[PATH_MAX] = "";
  if (raw->ss_family != AF_UNIX || length > sizeof address) {
    call_answer(call, -EINVAL);
    return NULL;
  }
  memcpy(&address, raw, sizeof address);
  memcpy(written, address.sun_path, length - offsetof(struct sockaddr_un, sun_path));
  if (!written[0]) {
    // No name, or an abstract one: those are for anybody in a network namespace, and no path rule can name them.
    snprintf(directory, sizeof directory, "@%.*s", (int)sizeof written - 2, written + 1);
    refuse(call, directory);
    return NULL;
  }
  snprintf(link, sizeof link, "/proc/%d/cwd", call->pid);
  ssize_t got = written[0] == '/' ? 0 : readlink(link, directory, sizeof directory - 1);
  if (got < 0 || !call_valid(call) || !unix_resolve(plan, directory, written, real, size)) {
    call_answer(call, -EACCES);
    return NULL;
  }
  const struct unix_rule *rule = unix_rule_for(plan, real);
  if (rule && rule->allow) return rule;
  refuse(call, real);
  return NULL;
}

// Connects `fd` to the very file that `file` is. The path of a descriptor leads there and nowhere else.
static int connect_to(const struct plan *plan, int fd, int file) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", file);
  if (!identity_step_down(plan)) return errno;
  int cause = shared_connect(fd, (struct sockaddr *)&address, sizeof address);
  identity_step_up();
  return cause == EINTR ? EAGAIN : cause;
}

// The socket to use in the host's view: the program's own if it is there already, otherwise a new one like it.
static int take_outside(struct socket_view *view, bool *replace) {
  *replace = !view->outside;
  return view->outside ? fcntl(view->fd, F_DUPFD_CLOEXEC, 3) : socket_new_outside(view);
}

static void put_in_place(const struct call *call, const struct socket_view *view, int fd, int number, bool replace) {
  if (replace) socket_set_nonblocking(fd, view->nonblocking);
  call_answer(call, replace && !call_replace(call, fd, number) ? -EMFILE : 0);
}

void network_unix_connect(struct call *call, struct socket_view *view, int number, const struct sockaddr_storage *raw, socklen_t length) {
  const struct plan *plan = call->broker->plan;
  char real[PATH_MAX];
  bool replace;
  const struct unix_rule *rule = granting(call, raw, length, real, sizeof real);
  if (!rule) return;
  AUTO_FD file = open_place(call, rule, real, 0);
  if (file < 0) {
    // A link that was not there when the plan was made leads to what nobody has granted.
    if (errno == ELOOP || errno == EXDEV) refuse(call, real);
    else call_answer(call, -errno);
    return;
  }
  if (!rule->own && !is_trusted(plan, real, file)) {
    refuse(call, real);
    return;
  }
  AUTO_SHARED fd = take_outside(view, &replace);
  if (fd < 0) {
    call_answer(call, -errno);
    return;
  }
  const int limit = connection_admit(call->broker);
  if (limit) {
    call_answer(call, -limit);
    return;
  }
  // Never blocking, for it would hold up everything else. A listener whose queue is full answers EAGAIN at once, also
  // to a program that would have waited: there is nothing to wait for by epoll.
  if (!replace) socket_set_nonblocking(fd, true);
  int cause = connect_to(plan, fd, file);
  if (!replace) socket_set_nonblocking(fd, view->nonblocking);
  if (!cause) connection_opened(call->broker, fd, replace);
  if (cause) call_answer(call, -cause);
  else put_in_place(call, view, fd, number, replace);
}

// Whether nobody listens any more on a socket that was made for the program.
static bool is_dead(const struct plan *plan, const struct made *socket_made) {
  AUTO_FD probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  return probe >= 0 && connect_to(plan, probe, socket_made->fd) == ECONNREFUSED;
}

// Binds to a name in a directory. The name in the address is relative: a path could lead elsewhere by then.
static int bind_in(const struct plan *plan, int directory, const char *name, int fd, bool as_cell) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (!*name) return EADDRINUSE; // the root; and an empty name would be an abstract one
  if (snprintf(address.sun_path, sizeof address.sun_path, "%s", name) >= (int)sizeof address.sun_path) return ENAMETOOLONG;
  if (fchdir(directory) < 0) return errno;
  if (as_cell && !identity_step_down(plan)) {
    if (chdir("/") < 0) abort();
    return EPERM;
  }
  int cause = bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ? errno : 0;
  if (as_cell) identity_step_up();
  if (chdir("/") < 0) abort(); // relative paths are used nowhere else; an unexpected directory would be
  return cause;
}

static struct made **place_for(const char *path) {
  struct made **free_place = NULL;
  for (size_t i = 0; i < MAX_MADE; i++) {
    if (made[i] && strcmp(made[i]->path, path) == 0) return &made[i];
    if (!made[i] && !free_place) free_place = &made[i];
  }
  return free_place;
}

// On the host: its file is taken away with the cell, or when the program makes it anew after having closed it.
static int bind_on_host(const struct plan *plan, int directory, const char *path, int fd) {
  struct made **place = place_for(path);
  if (!place) return EMFILE;
  int cause = bind_in(plan, directory, name_of(path), fd, false);
  if (cause == EADDRINUSE && *place && is_dead(plan, *place)) {
    remove_file(*place);
    cause = bind_in(plan, directory, name_of(path), fd, false);
  }
  if (cause) return cause;
  if (*place) release(place);
  *place = calloc(1, sizeof **place);
  if (!*place) return ENOMEM;
  snprintf((*place)->path, sizeof (*place)->path, "%s", path);
  (*place)->directory = fcntl(directory, F_DUPFD_CLOEXEC, 3);
  (*place)->fd = openat(directory, name_of(path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  return 0;
}

void network_unix_bind(struct call *call, struct socket_view *view, int number, const struct sockaddr_storage *raw, socklen_t length) {
  const struct plan *plan = call->broker->plan;
  char real[PATH_MAX], above[PATH_MAX];
  bool replace;
  const struct unix_rule *rule = granting(call, raw, length, real, sizeof real);
  if (!rule) return;
  snprintf(above, sizeof above, "%.*s", (int)(name_of(real) - real - 1), real);
  AUTO_FD directory = open_place(call, rule, above[0] ? above : "/", O_DIRECTORY);
  if (directory < 0) {
    if (errno == ELOOP || errno == EXDEV) refuse(call, real);
    else call_answer(call, -errno);
    return;
  }
  AUTO_SHARED fd = take_outside(view, &replace);
  int cause = fd < 0 ? errno : rule->own ? bind_in(plan, directory, name_of(real), fd, true) : bind_on_host(plan, directory, real, fd);
  if (cause) call_answer(call, -cause);
  else put_in_place(call, view, fd, number, replace);
}
