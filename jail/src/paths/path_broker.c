// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "path_broker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "path_keeper.h"
#include "report.h"
#include "shared.h"
#include "status.h"

// What /proc says of a calling thread.
struct caller {
  int inside; // its number in the cell's own pid namespace
  unsigned mask;
};

static bool look_at_caller(const struct call *call, struct caller *caller) {
  char path[32], line[128];
  snprintf(path, sizeof path, "/proc/%d/status", call->pid);
  FILE *status = fopen(path, "re");
  if (!status) return false;
  *caller = (struct caller){0, 022};
  while (fgets(line, sizeof line, status)) {
    sscanf(line, "Umask: %o", &caller->mask);
    if (strncmp(line, "NSpid:", 6) != 0) continue;
    const char *last = strrchr(line, '\t');
    if (last) sscanf(last, "%d", &caller->inside);
  }
  fclose(status);
  return caller->inside > 0 && call_valid(call);
}

// A path of the caller's, up to its end: page by page, for there may be nothing behind it.
static int read_text(const struct call *call, uint64_t address, char *text) {
  size_t have = 0;
  while (have < PATH_MAX) {
    size_t part = 4096 - ((address + have) & 4095);
    if (part > PATH_MAX - have) part = PATH_MAX - have;
    if (!call_read(call, address + have, text + have, part)) return EFAULT;
    if (memchr(text + have, '\0', part)) return 0;
    have += part;
  }
  return ENAMETOOLONG;
}

// /proc/self means the caller, and the keeper is another process.
static int name_the_caller(char *path, int inside) {
  static const char *const own[] = {"/proc/self", "/proc/thread-self"};
  for (size_t i = 0; i < 2; i++) {
    size_t length = strlen(own[i]);
    char rest[PATH_MAX];
    if (strncmp(path, own[i], length) != 0 || (path[length] != '/' && path[length] != '\0')) continue;
    snprintf(rest, sizeof rest, "%s", path + length);
    if (snprintf(path, PATH_MAX, "/proc/%d%s", inside, rest) >= PATH_MAX) return ENAMETOOLONG;
    return 0;
  }
  return 0;
}

// Where a relative path starts: a descriptor of the caller's, or its working directory.
static int open_base(struct call *call, int number) {
  char path[32];
  if (number == AT_FDCWD) {
    snprintf(path, sizeof path, "/proc/%d/cwd", call->pid);
    AUTO_FD directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return directory >= 0 && call_valid(call) ? fd_take(&directory) : -1;
  }
  struct stat file;
  if (!call_open_thread(call)) return -1;
  AUTO_SHARED base = call_descriptor(call, number);
  if (base < 0 || fstat(base, &file) < 0) return -1;
  if (!S_ISSOCK(file.st_mode)) return fd_take(&base);
  errno = ENOTDIR; // nor must the keeper be the last to close it
  return -1;
}

// Takes the `index`th path of a request from the call. Returns 0 or an errno.
static int take_path(struct call *call, struct path_request *request, int index, int base, uint64_t address, bool may_be_empty, int *fd) {
  char *path = request->path[index];
  struct caller caller;
  int error = read_text(call, address, path);
  if (error) return error;
  if (!*path && !may_be_empty) return ENOENT;
  if (strncmp(path, "/proc/", 6) == 0) {
    if (!look_at_caller(call, &caller)) return ESRCH;
    if ((error = name_the_caller(path, caller.inside))) return error;
  }
  if (*path == '/') return 0;
  *fd = open_base(call, base);
  request->based[index] = true;
  return *fd < 0 ? (errno == EBADF || errno == ENOTDIR ? errno : EACCES) : 0;
}

bool path_channel_open(const struct plan *plan, int pair[2]) {
  // A disk, or somebody's file system, that does not answer must not stop what else the supervisor has to do.
  const struct timeval patience = {.tv_sec = 10};
  if (!plan->path_rule_count) return true;
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0 &&
         setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0;
}

static bool send_request(int channel, const struct path_request *request, const int fds[2]) {
  union {
    struct cmsghdr align;
    char room[CMSG_SPACE(2 * sizeof(int))];
  } control = {0};
  int sent[2];
  size_t count = 0;
  struct iovec data = {(void *)(uintptr_t)request, sizeof *request};
  struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1};
  for (int i = 0; i < 2; i++)
    if (request->based[i]) sent[count++] = fds[i];
  if (count) {
    header.msg_control = &control, header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
    *cmsg = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(count * sizeof(int))};
    memcpy(CMSG_DATA(cmsg), sent, count * sizeof(int));
  }
  return sendmsg(channel, &header, MSG_NOSIGNAL) == (ssize_t)sizeof *request;
}

static bool receive_reply(int channel, struct path_reply *reply, int *fd) {
  union {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec data = {reply, sizeof *reply};
  struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got;
  do got = recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got != (ssize_t)sizeof *reply) return false;
  struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
  if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS) memcpy(fd, CMSG_DATA(cmsg), sizeof *fd);
  reply->path[sizeof reply->path - 1] = '\0';
  return true;
}

static void ask_keeper(struct call *call, const struct path_request *request, const int fds[2]) {
  static struct path_reply reply;
  struct broker *broker = call->broker;
  AUTO_FD fd = -1;
  if (broker->keeper < 0 || !send_request(broker->keeper, request, fds) || !receive_reply(broker->keeper, &reply, &fd)) {
    // Killed by the program, or held up for so long that everything else would wait: nothing is opened any more.
    fd_close(&broker->keeper);
    call_answer(call, -EIO);
    return;
  }
  if (reply.denied) status_denied(reply.reading ? "fs.read" : "fs.write", reply.path, "filters");
  if (reply.error || request->operation != PATH_OPEN) call_answer(call, -reply.error);
  else if (fd < 0 || !call_give(call, fd, request->flags & O_CLOEXEC)) call_answer(call, -EMFILE);
}

// How the arguments of a call make a request: which of them is what, from 0; -1: none.
struct shape {
  int nr;
  enum path_operation operation;
  int base, path, other_base, other, flags, mode;
  int fixed_flags;
};

static const struct shape shapes[] = {
    {SYS_openat, PATH_OPEN, 0, 1, -1, -1, 2, 3, 0},
    {SYS_mkdirat, PATH_MKDIR, 0, 1, -1, -1, -1, 2, 0},
    {SYS_mknodat, PATH_MKNOD, 0, 1, -1, -1, -1, 2, 0},
    {SYS_renameat2, PATH_RENAME, 0, 1, 2, 3, 4, -1, 0},
    {SYS_linkat, PATH_LINK, 0, 1, 2, 3, 4, -1, 0},
    {SYS_symlinkat, PATH_SYMLINK, -1, 0, 1, 2, -1, -1, 0},
    {SYS_unlinkat, PATH_UNLINK, 0, 1, -1, -1, 2, -1, 0},
    {SYS_truncate, PATH_TRUNCATE, -1, 0, -1, -1, -1, -1, 0},
#ifdef SYS_renameat
    {SYS_renameat, PATH_RENAME, 0, 1, 2, 3, -1, -1, 0},
#endif
#ifdef SYS_open // arm64 has none of these
    {SYS_open, PATH_OPEN, -1, 0, -1, -1, 1, 2, 0},
    {SYS_creat, PATH_OPEN, -1, 0, -1, -1, -1, 1, O_CREAT | O_WRONLY | O_TRUNC},
    {SYS_mkdir, PATH_MKDIR, -1, 0, -1, -1, -1, 1, 0},
    {SYS_mknod, PATH_MKNOD, -1, 0, -1, -1, -1, 1, 0},
    {SYS_rename, PATH_RENAME, -1, 0, -1, 1, -1, -1, 0},
    {SYS_link, PATH_LINK, -1, 0, -1, 1, -1, -1, 0},
    {SYS_symlink, PATH_SYMLINK, -1, 0, -1, 1, -1, -1, 0},
    {SYS_unlink, PATH_UNLINK, -1, 0, -1, -1, -1, -1, 0},
    {SYS_rmdir, PATH_UNLINK, -1, 0, -1, -1, -1, -1, AT_REMOVEDIR},
#endif
};

static const struct shape *shape_of(int nr) {
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    if (shapes[i].nr == nr) return &shapes[i];
  return NULL;
}

static int base_of(const struct call *call, int argument) { return argument < 0 ? AT_FDCWD : (int)call->args[argument]; }

static int fill(struct call *call, const struct shape *shape, struct path_request *request, int fds[2]) {
  struct caller caller;
  int error;
  request->operation = shape->operation;
  request->flags = shape->fixed_flags | (shape->flags < 0 ? 0 : (int)call->args[shape->flags]);
  bool makes = shape->mode >= 0 && (shape->operation != PATH_OPEN || request->flags & (O_CREAT | O_TMPFILE));
  if (makes) {
    if (!look_at_caller(call, &caller)) return ESRCH;
    request->mode = (mode_t)call->args[shape->mode] & 01777;
    request->mask = caller.mask & 0777;
  }
  if (shape->operation == PATH_TRUNCATE) request->size = (int64_t)call->args[1];
  if (shape->operation == PATH_SYMLINK) {
    if ((error = read_text(call, call->args[shape->path], request->path[0]))) return error;
  } else if ((error = take_path(call, request, 0, base_of(call, shape->base), call->args[shape->path],
                                shape->operation == PATH_LINK && request->flags & AT_EMPTY_PATH, &fds[0]))) {
    return error;
  }
  if (shape->other < 0) return 0;
  return take_path(call, request, 1, base_of(call, shape->other_base), call->args[shape->other], false, &fds[1]);
}

bool path_call(struct call *call) {
  static struct path_request request;
  const struct shape *shape = shape_of(call->nr);
  if (!shape) return false;
  report_read(call->broker);
  if (!call->broker->is_ready) {
    call_continue(call); // only our own code has run
    return true;
  }
  memset(&request, 0, sizeof request);
  int fds[2] = {-1, -1};
  int error = fill(call, shape, &request, fds);
  if (error) call_answer(call, -error);
  else ask_keeper(call, &request, fds);
  shared_close(&fds[0]);
  shared_close(&fds[1]);
  return true;
}
