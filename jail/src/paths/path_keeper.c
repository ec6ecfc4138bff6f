// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "path_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "stage.h"

enum { MAX_LINKS = 40, DESCRIPTOR_PATH = 32 };

struct keeper {
  const struct plan *plan;
  int channel;
  struct path_reply reply;
};

static int refuse(struct keeper *k, const char *path, enum path_ban ban) {
  k->reply.denied = true;
  k->reply.reading = ban == BAN_ALL;
  snprintf(k->reply.path, sizeof k->reply.path, "%s", path);
  return EACCES;
}

// Where a descriptor lies now. What has no path (a pipe, a file without a name) is none of a rule's business.
static bool path_of(int fd, char *path, size_t size) {
  char link[DESCRIPTOR_PATH];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0 || (size_t)length >= size - 1) return false;
  path[length] = '\0';
  return true;
}

static int open_path(int base, const char *path, uint64_t flags) {
  struct k_open_how how = {.flags = O_PATH | O_CLOEXEC | flags};
  return (int)syscall(SYS_openat2, base, path, &how, sizeof how);
}

// The last name of a path and the directory that it is in; `where` is the whole, without links.
struct place {
  int directory;
  char name[NAME_MAX + 1];
  char where[PATH_MAX];
};

static int find_place(int base, const char *path, struct place *place) {
  char above[PATH_MAX];
  size_t length = strlen(path);
  if (!length) return ENOENT;
  while (length > 1 && path[length - 1] == '/') length--;
  size_t start = length;
  while (start > 0 && path[start - 1] != '/') start--;
  if (length - start > NAME_MAX) return ENAMETOOLONG;
  snprintf(place->name, sizeof place->name, "%.*s", (int)(length - start), path + start);
  if (!*place->name || !strcmp(place->name, ".") || !strcmp(place->name, "..")) return EEXIST;
  snprintf(above, sizeof above, "%.*s", (int)start, path);
  place->directory = open_path(base, *above ? above : ".", O_DIRECTORY);
  if (place->directory < 0) return errno;
  if (!path_of(place->directory, place->where, sizeof place->where) || place->where[0] != '/') return EACCES;
  size_t used = strlen(place->where);
  bool root = used == 1;
  if (used + strlen(place->name) + 2 > sizeof place->where) return ENAMETOOLONG;
  snprintf(place->where + used, sizeof place->where - used, "%s%s", root ? "" : "/", place->name);
  return 0;
}

// Whether something may be made, removed or put where it is. `whole`: also what is below counts, for it comes along.
static int may_change(struct keeper *k, const char *where, bool whole) {
  const struct plan *plan = k->plan;
  enum path_ban ban = path_ban(plan->path_rules, plan->path_rule_count, where);
  if (ban != BAN_NOTHING) return refuse(k, where, ban);
  if (whole && path_leads_to_ban(plan->path_rules, plan->path_rule_count, where)) return refuse(k, where, BAN_WRITE);
  return 0;
}

static bool is_writing(int flags) { return (flags & O_ACCMODE) != O_RDONLY || flags & (O_TRUNC | O_CREAT); }

// A FIFO whose other end nobody has would hold everything up.
static int without_waiting(int directory, const char *path, int flags, mode_t mode, bool may_be_fifo) {
  int fd = openat(directory, path, flags | O_CLOEXEC | (may_be_fifo ? O_NONBLOCK : 0), mode);
  if (fd >= 0 && may_be_fifo && !(flags & O_NONBLOCK)) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

// What is found is opened again by its descriptor: it is what has been looked at, wherever its path leads by now.
static int open_found(struct keeper *k, int found, int flags, int *fd) {
  const struct plan *plan = k->plan;
  char where[PATH_MAX], link[DESCRIPTOR_PATH];
  struct stat now;
  if (fstat(found, &now) < 0 || !path_of(found, where, sizeof where)) return errno ? errno : EACCES;
  enum path_ban ban = where[0] == '/' ? path_ban(plan->path_rules, plan->path_rule_count, where) : BAN_NOTHING;
  if (ban == BAN_ALL || (ban == BAN_WRITE && !(flags & O_PATH) && is_writing(flags))) return refuse(k, where, ban);
  if (flags & O_PATH) {
    *fd = fcntl(found, F_DUPFD_CLOEXEC, 0);
    return *fd < 0 ? errno : 0;
  }
  if (S_ISLNK(now.st_mode)) return ELOOP;
  snprintf(link, sizeof link, "/proc/self/fd/%d", found);
  *fd = without_waiting(AT_FDCWD, link, flags & ~(O_NOFOLLOW | O_CREAT | O_EXCL), 0, S_ISFIFO(now.st_mode));
  return *fd < 0 ? errno : 0;
}

// With O_CREAT the last name may be a link to what is not there yet: followed here, one step at a time.
static int open_making(struct keeper *k, int base, const char *path, const struct path_request *request, int *fd) {
  char text[PATH_MAX];
  AUTO_FD start = fcntl(base, F_DUPFD_CLOEXEC, 0);
  if (start < 0 && base != AT_FDCWD) return errno;
  snprintf(text, sizeof text, "%s", path);
  for (int links = 0; links < MAX_LINKS; links++) {
    struct place place = {.directory = -1};
    struct stat now = {0};
    int error = find_place(start < 0 ? AT_FDCWD : start, text, &place);
    AUTO_FD directory = place.directory;
    if (error) return error == EEXIST ? EISDIR : error;
    bool there = fstatat(directory, place.name, &now, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && S_ISLNK(now.st_mode) && !(request->flags & (O_NOFOLLOW | O_EXCL))) {
      ssize_t length = readlinkat(directory, place.name, text, sizeof text - 1);
      if (length < 0) return errno;
      text[length] = '\0';
      fd_close(&start);
      start = fd_take(&directory);
      continue;
    }
    if (there && !(request->flags & O_EXCL)) { // what is there is opened, and nothing made
      if (S_ISDIR(now.st_mode)) return EISDIR;
      AUTO_FD found = open_path(directory, place.name, O_NOFOLLOW);
      return found < 0 ? errno : open_found(k, found, request->flags, fd);
    }
    if ((error = may_change(k, place.where, false))) return error;
    *fd = without_waiting(directory, place.name, request->flags | O_NOFOLLOW, request->mode, true);
    // Between the look and this somebody may have made a link, or a FIFO.
    if (*fd < 0 && errno == ELOOP && !(request->flags & O_NOFOLLOW)) continue;
    return *fd < 0 ? errno : 0;
  }
  return ELOOP;
}

static int do_open(struct keeper *k, int base, const struct path_request *request, int *fd) {
  if ((request->flags & O_CREAT) && !(request->flags & O_PATH)) return open_making(k, base, request->path[0], request, fd);
  AUTO_FD found = open_path(base, request->path[0], (uint64_t)(request->flags & (O_NOFOLLOW | O_DIRECTORY)));
  return found < 0 ? errno : open_found(k, found, request->flags, fd);
}

// One name that is made or removed.
static int do_one(struct keeper *k, int base, const struct path_request *request) {
  bool symlink = request->operation == PATH_SYMLINK;
  struct place place = {.directory = -1};
  int error = find_place(base, request->path[symlink], &place);
  AUTO_FD directory = place.directory;
  // A link in the place of a directory would lead what is denied below it elsewhere.
  if (error || (error = may_change(k, place.where, symlink))) return error;
  switch (request->operation) {
    case PATH_MKDIR:
      return mkdirat(directory, place.name, request->mode) < 0 ? errno : 0;
    case PATH_MKNOD:
      return mknodat(directory, place.name, request->mode, 0) < 0 ? errno : 0;
    case PATH_SYMLINK:
      return symlinkat(request->path[0], directory, place.name) < 0 ? errno : 0;
    default:
      return unlinkat(directory, place.name, request->flags) < 0 ? errno : 0;
  }
}

static int do_rename(struct keeper *k, const int base[2], const struct path_request *request) {
  struct place from = {.directory = -1}, to = {.directory = -1};
  int error = find_place(base[0], request->path[0], &from);
  AUTO_FD one = from.directory;
  if (!error) error = find_place(base[1], request->path[1], &to);
  AUTO_FD other = to.directory;
  if (error) return error == EEXIST ? EBUSY : error;
  if ((error = may_change(k, from.where, true)) || (error = may_change(k, to.where, true))) return error;
  return syscall(SYS_renameat2, one, from.name, other, to.name, (unsigned)request->flags) < 0 ? errno : 0;
}

static int do_link(struct keeper *k, const int base[2], const struct path_request *request) {
  char where[PATH_MAX], link[DESCRIPTOR_PATH];
  bool by_descriptor = (request->flags & AT_EMPTY_PATH) && !*request->path[0];
  AUTO_FD source = by_descriptor ? fcntl(base[0], F_DUPFD_CLOEXEC, 0)
                                 : open_path(base[0], request->path[0], request->flags & AT_SYMLINK_FOLLOW ? 0 : O_NOFOLLOW);
  if (source < 0) return errno;
  if (!path_of(source, where, sizeof where)) return EACCES;
  struct place to = {.directory = -1};
  int error = find_place(base[1], request->path[1], &to);
  AUTO_FD directory = to.directory;
  if (error || (error = may_change(k, where, false)) || (error = may_change(k, to.where, true))) return error;
  snprintf(link, sizeof link, "/proc/self/fd/%d", source);
  return linkat(AT_FDCWD, link, directory, to.name, AT_SYMLINK_FOLLOW) < 0 ? errno : 0;
}

static int do_truncate(struct keeper *k, int base, const struct path_request *request) {
  char where[PATH_MAX], link[DESCRIPTOR_PATH];
  AUTO_FD found = open_path(base, request->path[0], 0);
  if (found < 0) return errno;
  if (!path_of(found, where, sizeof where)) return EACCES;
  int error = may_change(k, where, false);
  if (error) return error;
  snprintf(link, sizeof link, "/proc/self/fd/%d", found);
  return truncate(link, request->size) < 0 ? errno : 0;
}

static int carry_out(struct keeper *k, const int base[2], const struct path_request *request, int *fd) {
  umask(request->mask);
  errno = 0;
  switch (request->operation) {
    case PATH_OPEN:
      return do_open(k, base[0], request, fd);
    case PATH_RENAME:
      return do_rename(k, base, request);
    case PATH_LINK:
      return do_link(k, base, request);
    case PATH_TRUNCATE:
      return do_truncate(k, base[0], request);
    case PATH_SYMLINK:
      return do_one(k, base[1], request);
    case PATH_MKDIR:
    case PATH_MKNOD:
    case PATH_UNLINK:
      return do_one(k, base[0], request);
  }
  return ENOSYS;
}

static bool receive(struct keeper *k, struct path_request *request, int base[2]) {
  union {
    struct cmsghdr align;
    char room[CMSG_SPACE(2 * sizeof(int))];
  } control;
  struct iovec data = {request, sizeof *request};
  struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got;
  do got = recvmsg(k->channel, &header, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got != (ssize_t)sizeof *request) return false;
  int came[2] = {-1, -1};
  struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
  if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS) memcpy(came, CMSG_DATA(cmsg), cmsg->cmsg_len - CMSG_LEN(0));
  for (int i = 0, next = 0; i < 2; i++) base[i] = request->based[i] ? came[next++] : AT_FDCWD;
  return true;
}

static bool answer(struct keeper *k, int fd) {
  union {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec data = {&k->reply, sizeof k->reply};
  struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1};
  if (fd >= 0) {
    header.msg_control = &control, header.msg_controllen = sizeof control;
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
    *cmsg = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
    memcpy(CMSG_DATA(cmsg), &fd, sizeof fd);
  }
  return sendmsg(k->channel, &header, MSG_NOSIGNAL) == (ssize_t)sizeof k->reply;
}

static _Noreturn void serve(const struct plan *plan, int channel) {
  static struct path_request request;
  static struct keeper keeper;
  keeper.plan = plan, keeper.channel = channel;
  for (int base[2]; receive(&keeper, &request, base);) {
    int fd = -1;
    memset(&keeper.reply, 0, sizeof keeper.reply);
    keeper.reply.error = carry_out(&keeper, base, &request, &fd);
    bool told = answer(&keeper, fd);
    for (int i = 0; i < 2; i++)
      if (base[i] >= 0) close(base[i]);
    fd_close(&fd);
    if (!told) break;
  }
  _exit(0);
}

void path_keeper_start(const struct plan *plan, int channel) {
  pid_t between = fork();
  int status;
  if (between < 0) stage_fail("keeper", "fork");
  if (between > 0) {
    if (waitpid(between, &status, 0) < 0 || status != 0) stage_fail("keeper", "start");
    return;
  }
  // Out of the program's reach: not of its group, and not to be looked into. Its output must not stay open here. Done
  // while somebody waits for the outcome; the keeper inherits all of it.
  for (int fd = 0; fd < 3; fd++) close(fd);
  // What a drop covers, nobody may go on working in (narrow_cwd.c); every path that comes is absolute or has its base.
  if (setsid() < 0 || !fd_close_others((const int[]){channel}, 1) || chdir("/") < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) _exit(1);
  pid_t keeper = fork();
  if (keeper != 0) _exit(keeper < 0);
  serve(plan, channel);
}
