// SPDX-License-Identifier: Apache-2.0
// The helper's side of a narrowing, inside the cell's mount namespace. What is taken away is not changed where it is:
// something less is put in its place. To set a mount read-only fails while a file is open for writing in it (EBUSY),
// and descriptors that are open are to stay open; and whoever's working directory is below a place that is covered
// would go on from there as if nothing had happened. So the working directory, a mount of its own in every plan, is
// exchanged by pivot_root(2), which moves everybody who works in it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "narrow.h"
#include "tree.h"

static bool is_within(const char *path, const char *directory) {
  size_t length = strlen(directory);
  if (length == 1) return true;
  return strncmp(path, directory, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

// What of `path` comes after `directory`; "" if they are the same.
static const char *below(const char *path, const char *directory) {
  const char *rest = path + (directory[1] ? strlen(directory) : 0);
  return *rest == '/' ? rest + 1 : rest;
}

// What is there for the cell. A symbolic link in the path is somebody's attempt to have something else covered.
static int look(const char *path) {
  struct k_open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

static int look_in(int tree, const char *rest) {
  struct k_open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = K_RESOLVE_IN_ROOT | K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, tree, *rest ? rest : ".", &how, sizeof how);
}

static bool is_directory(int fd) {
  struct stat now;
  return fstat(fd, &now) == 0 && S_ISDIR(now.st_mode);
}

static bool is_mount_root(int fd) {
  struct statx now;
  return statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &now) == 0 && (now.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

// Makes the place for something in a new, empty tree: all directories above it, and a file or a directory.
static bool make_place(int tree, const char *rest, bool directory) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s", rest);
  for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdirat(tree, path, 0555) < 0 && errno != EEXIST) return false;
    *slash = '/';
  }
  if (directory) return mkdirat(tree, path, 0555) == 0 || errno == EEXIST;
  AUTO_FD file = openat(tree, path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0444);
  return file >= 0;
}

static bool keeps(const struct narrow_step *step, const char *path) {
  return step->verb != NARROW_READ_ONLY && is_within(path, step->path) && strcmp(path, step->path) != 0;
}

// An empty tree with places for what stays, and for the working directory.
static int sparse_cover(const struct narrowing *n, const struct narrow_step *step, const char *directory) {
  AUTO_FD cover = tree_tmpfs(1 << 18, 4096, 0555, 0);
  if (cover < 0) return -1;
  for (size_t i = 0; i < n->kept_count; i++) {
    AUTO_FD there = keeps(step, n->kept[i]) ? look(n->kept[i]) : -1;
    if (there >= 0 && !make_place(cover, below(n->kept[i], step->path), is_directory(there))) return -1;
  }
  if (directory && !make_place(cover, below(directory, step->path), true)) return -1;
  if (tree_set_attributes(cover, TREE_CLOSED, -1) < 0) return -1;
  return fd_take(&cover);
}

static int lesser(const struct narrow_step *step, int there) {
  AUTO_FD tree = tree_clone(there);
  if (tree < 0 || tree_set_attributes(tree, step->verb == NARROW_READ_ONLY ? K_MOUNT_ATTR_RDONLY : K_MOUNT_ATTR_NOEXEC, -1) < 0) return -1;
  return fd_take(&tree);
}

static bool keeps_any(const struct narrowing *n, const struct narrow_step *step) {
  for (size_t i = 0; i < n->kept_count; i++)
    if (keeps(step, n->kept[i])) return true;
  return false;
}

// The place that it takes to make a file by itself is in a mount namespace that only we see.
static int file_cover(int program) {
  if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -1;
  AUTO_FD place = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  AUTO_FD cover = place < 0 ? -1 : tree_file(place, "", 0);
  if (cover < 0 || setns(program, CLONE_NEWNS) < 0) return -1;
  return fd_take(&cover);
}

static int replacement(const struct narrowing *n, const struct narrow_step *step, int there, const char *inside, int program) {
  if (step->verb != NARROW_HIDE) return lesser(step, there);
  if (is_directory(there) && (inside || keeps_any(n, step))) return sparse_cover(n, step, inside);
  return is_directory(there) ? tree_cover() : file_cover(program);
}

// Puts `tree` in the place of the mount whose root `there` is, and everybody with it who works there or has it as the
// root directory.
static bool exchange(int there, int tree) {
  AUTO_FD root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0 || fchdir(there) < 0 || chroot(".") < 0 || tree_attach(tree, there) < 0 || fchdir(tree) < 0) return false;
  if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0) return false;
  return fchdir(root) == 0 && chroot(".") == 0;
}

// The root of the whole cell; our own follows by itself.
static bool exchange_root(int tree) {
  AUTO_FD root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0 || tree_attach(tree, root) < 0 || fchdir(tree) < 0) return false;
  return syscall(SYS_pivot_root, ".", ".") == 0;
}

static bool leave_old_root(void) { return umount2(".", MNT_DETACH) == 0 && chdir("/") == 0; }

// Copies of what stays, taken before it is covered.
static bool copy_kept(const struct narrowing *n, const struct narrow_step *step, int *copies) {
  for (size_t i = 0; i < n->kept_count; i++) {
    AUTO_FD there = keeps(step, n->kept[i]) ? look(n->kept[i]) : -1;
    if (there >= 0 && (copies[i] = tree_clone(there)) < 0) return false;
  }
  return true;
}

static bool attach_at(int into, const char *rest, int tree) {
  AUTO_FD place = look_in(into, rest);
  return place >= 0 && tree_attach(tree, place) == 0;
}

static bool narrow_path(const struct narrowing *n, const struct narrow_step *step, const char *directory, int program, int *copies) {
  AUTO_FD there = look(step->path);
  if (there < 0) return false;
  AUTO_FD work = is_within(directory, step->path) ? look(directory) : -1;
  // A working directory that is no mount of its own lies in nothing that was granted.
  const char *inside = work >= 0 && is_mount_root(work) && strcmp(directory, step->path) != 0 ? directory : NULL;
  bool is_work = work >= 0 && !inside && is_mount_root(work) && strcmp(directory, step->path) == 0, whole = step->path[1] == '\0';
  AUTO_FD tree = replacement(n, step, there, inside, program);
  if (tree < 0 || !copy_kept(n, step, copies)) return false;
  AUTO_FD moved = -1;
  if (inside) {
    moved = step->verb == NARROW_HIDE ? tree_cover() : lesser(step, work);
    if (moved < 0 || !exchange(work, moved)) return false;
  }
  if (!(whole ? exchange_root(tree) : is_work ? exchange(there, tree) : tree_attach(tree, there) == 0)) return false;
  for (size_t i = 0; i < n->kept_count; i++)
    if (copies[i] >= 0 && !attach_at(tree, below(n->kept[i], step->path), copies[i])) return false;
  if (moved >= 0 && !attach_at(tree, below(directory, step->path), moved)) return false;
  return !whole || leave_old_root();
}

bool narrow_mounts(const struct plan *plan, const struct narrowing *n, int program, const char **failed) {
  // An ordinary user's right to mount is that of the cell's user namespace; root's own reaches further.
  *failed = "the cell's namespaces";
  if (setns(program, CLONE_NEWNS | (plan->userns_after_mounts ? 0 : CLONE_NEWUSER)) < 0) return false;
  int copies[NARROW_MAX_STEPS];
  for (size_t at = 0; at < n->count; at++) {
    *failed = n->steps[at].path;
    for (size_t i = 0; i < n->kept_count; i++) copies[i] = -1;
    bool done = narrow_path(n, &n->steps[at], plan->directory, program, copies);
    int cause = errno;
    for (size_t i = 0; i < n->kept_count; i++) fd_close(&copies[i]);
    errno = cause;
    if (!done) return false;
  }
  return true;
}
