// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fd.h"
#include "identity.h"
#include "kernel.h"
#include "stage.h"
#include "tree.h"

static int change_mount(int fd, uint64_t attributes, int userns, unsigned depth) {
  struct k_mount_attr attr = {.attr_set = attributes | (userns >= 0 ? K_MOUNT_ATTR_IDMAP : 0),
                              .userns_fd = userns >= 0 ? (uint64_t)userns : 0};
  return (int)syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | depth, &attr, sizeof attr);
}

// A user namespace that maps the owner of what is mounted to the cell's user; the last one is kept, since most
// mounts of a plan have the same owner.
static int mount_map(const struct plan *plan, int source) {
  static int kept = -1;
  static uid_t kept_uid;
  static gid_t kept_gid;
  struct stat owner;
  if (fstat(source, &owner) < 0) return -1;
  if (kept >= 0 && kept_uid == owner.st_uid && kept_gid == owner.st_gid) return kept;
  fd_close(&kept);
  kept = identity_mount_map(plan, owner.st_uid, owner.st_gid);
  kept_uid = owner.st_uid, kept_gid = owner.st_gid;
  return kept;
}

// A detached copy of what the plan names. The plan's path is resolved already; a symbolic link that has appeared
// in it since is somebody's attempt to have something else mounted.
static int open_source(const struct plan *plan, const struct root_step *step) {
  struct k_open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS};
  AUTO_FD source = (int)syscall(SYS_openat2, AT_FDCWD, step->source, &how, sizeof how);
  struct stat now;
  if (source < 0 || fstat(source, &now) < 0) stage_fail("mount", step->source);
  if (S_ISDIR(now.st_mode) != step->directory) {
    errno = step->directory ? ENOTDIR : EISDIR;
    stage_fail("mount", step->source);
  }
  AUTO_FD tree = tree_clone(source);
  if (tree < 0) stage_fail("mount", step->source);
  // Where a file system knows no id-mapped mounts (EINVAL), the cell's user meets its files as any other user
  // would: less is readable, never more. A mount that failed half-way is thrown away, not used. Where only something
  // mounted below knows none (a grant of / has the host's /proc and /dev in it), the uppermost mount has them still.
  if (step->idmap) {
    int map = mount_map(plan, source);
    if (map < 0) stage_fail("mount", "id map");
    if (tree_set_attributes(tree, step->attributes, map) == 0) return fd_take(&tree);
    if (errno != EINVAL && errno != EPERM) stage_fail("mount", step->source);
    fd_close(&tree);
    tree = tree_clone(source);
    if (tree < 0) stage_fail("mount", step->source);
    if (change_mount(tree, 0, map, 0) < 0 && errno != EINVAL && errno != EPERM) stage_fail("mount", step->source);
  }
  if (tree_set_attributes(tree, step->attributes, -1) < 0) stage_fail("mount", step->source);
  return fd_take(&tree);
}

static int new_tmpfs(uint64_t size, uint64_t inodes, uint32_t mode, uint64_t attributes, const char *target) {
  int mount = tree_tmpfs(size, inodes, mode, attributes);
  if (mount < 0) stage_fail("mount", target);
  return mount;
}

// Other processes' files are refused (hidepid), and all that is not about a process is absent (subset=pid, 5.8).
static int new_proc(const char *target) {
  static const char *const options[][2] = {{"hidepid", "invisible"}, {"subset", "pid"}, {NULL, NULL}};
  int mount = tree_new("proc", options, TREE_CLOSED);
  if (mount < 0) stage_fail("mount", target);
  return mount;
}

// Opens `path` below `root` without following any link, also one that a bind mount has brought in.
static int open_in(int root, const char *path, uint64_t flags) {
  struct k_open_how how = {.flags = flags | O_CLOEXEC, .resolve = K_RESOLVE_IN_ROOT | K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

// The file systems that were made here. Nothing is ever made in another one: that would be the host's, and the plan
// has found its directories there already.
static dev_t own[64];
static size_t own_count;

static void remember(int mount) {
  struct stat now;
  if (own_count < sizeof own / sizeof *own && fstat(mount, &now) == 0) own[own_count++] = now.st_dev;
}

// EROFS where it is not.
static bool is_ours(int fd) {
  struct stat now;
  if (fstat(fd, &now) < 0) return false;
  for (size_t i = 0; i < own_count; i++)
    if (own[i] == now.st_dev) return true;
  errno = EROFS;
  return false;
}

static const char *last_name(const char *target) { return strrchr(target, '/') + 1; }

// Opens the directory of `target` below `root`, for something to be made in it; makes it, with all above it, where it
// is missing.
static int open_parent(int root, const char *target) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s", target);
  path[last_name(target) - target] = '\0';
  AUTO_FD parent = open_in(root, path, O_PATH | O_DIRECTORY);
  if (parent >= 0) return is_ours(parent) ? fd_take(&parent) : -1;
  if (errno != ENOENT) return -1;
  parent = open_in(root, "/", O_PATH | O_DIRECTORY);
  for (char *at = path + 1, *slash; parent >= 0 && (slash = strchr(at, '/')); at = slash + 1) {
    *slash = '\0';
    if (is_ours(parent) ? mkdirat(parent, at, 0755) < 0 && errno != EEXIST : errno != EROFS) return -1;
    int next = openat(parent, at, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    fd_close(&parent);
    parent = next;
  }
  return parent >= 0 && is_ours(parent) ? fd_take(&parent) : -1;
}

// The place that a mount goes to; made where it is missing.
static int open_target(int root, const struct root_step *step, bool directory) {
  int there = open_in(root, step->target, O_PATH);
  if (there >= 0 || errno != ENOENT) return there;
  AUTO_FD parent = open_parent(root, step->target);
  if (parent < 0) return -1;
  if (directory) {
    if (mkdirat(parent, last_name(step->target), 0755) < 0) return -1;
  } else if (mknodat(parent, last_name(step->target), S_IFREG | 0444, 0) < 0) {
    return -1;
  }
  return openat(parent, last_name(step->target), O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static void attach(int root, const struct root_step *step, int mount, bool directory) {
  AUTO_FD target = open_target(root, step, directory);
  if (target < 0 || tree_attach(mount, target) < 0) stage_fail("mount", step->target);
}

static void make_symlink(int root, const struct root_step *step) {
  AUTO_FD parent = open_parent(root, step->target);
  if (parent < 0 || symlinkat(step->source, parent, last_name(step->target)) < 0) stage_fail("symlink", step->target);
}

static void make_file(int root, const struct root_step *step) {
  AUTO_FD there = open_in(root, step->target, O_PATH);
  if (there >= 0) { // the host's, in what was granted: covered, never changed
    AUTO_FD cover = tree_file(root, step->source, step->mode);
    if (cover < 0) stage_fail("file", step->target);
    attach(root, step, cover, false);
    return;
  }
  if (errno != ENOENT) stage_fail("file", step->target);
  AUTO_FD parent = open_parent(root, step->target);
  AUTO_FD file = parent < 0 ? -1 : openat(parent, last_name(step->target), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  size_t length = strlen(step->source);
  if (file < 0 || write(file, step->source, length) != (ssize_t)length || fchmod(file, step->mode) < 0) stage_fail("file", step->target);
}

static void make_directory(int root, const struct root_step *step) {
  AUTO_FD there = open_in(root, step->target, O_PATH | O_DIRECTORY);
  if (there >= 0) return;
  if (errno != ENOENT) stage_fail("directory", step->target);
  AUTO_FD parent = open_parent(root, step->target);
  if (parent < 0 || mkdirat(parent, last_name(step->target), 0755) < 0) stage_fail("directory", step->target);
}

// What is denied is covered: a directory by an empty one, a file by an empty one, neither to be opened by anybody.
static void mask(int root, const struct root_step *step) {
  AUTO_FD cover = step->directory ? tree_cover() : tree_file(root, "", 0);
  if (cover < 0) stage_fail("mask", step->target);
  attach(root, step, cover, step->directory);
}

// Makes what is there a mount of its own. Whoever works in a directory can be moved to another mount in its place only
// if that directory is one: a drop while the program runs needs it (narrow_mounts.c).
static void anchor(int root, const struct root_step *step) {
  AUTO_FD there = open_in(root, step->target, O_PATH | O_DIRECTORY);
  AUTO_FD tree = there < 0 ? -1 : tree_clone(there);
  if (tree < 0 || tree_attach(tree, there) < 0) stage_fail("anchor", step->target);
}

static int clone_device(const struct root_step *step) {
  char path[32];
  struct stat now;
  snprintf(path, sizeof path, "/dev/%s", step->source);
  AUTO_FD device = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (device < 0 || fstat(device, &now) < 0) stage_fail("device", path);
  if (!S_ISCHR(now.st_mode) || major(now.st_rdev) != 1) {
    errno = ENODEV;
    stage_fail("device", path);
  }
  AUTO_FD tree = tree_clone(device);
  if (tree < 0 || tree_set_attributes(tree, K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NOEXEC, -1) < 0) stage_fail("device", path);
  return fd_take(&tree);
}

void root_build(const struct plan *plan) {
  // Nothing that is mounted here may travel back to the host, and nothing of the host's may appear here later.
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) stage_fail("mount", "private propagation");
  // Sources are opened before anything is covered: afterwards their paths could mean something else.
  int *trees = calloc(plan->root_count + 1, sizeof *trees);
  if (!trees) stage_fail("mount", "memory");
  for (size_t i = 0; i < plan->root_count; i++) {
    const struct root_step *step = &plan->root[i];
    trees[i] = step->verb == ROOT_MOUNT ? open_source(plan, step) : step->verb == ROOT_DEVICE ? clone_device(step) : -1;
  }
  // /proc is a directory that every host has; the new root lies there until it becomes the root.
  AUTO_FD base = new_tmpfs(1 << 20, PLAN_MAX_STEPS * 4, 0755, K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV | K_MOUNT_ATTR_NOEXEC, "/");
  remember(base);
  if (syscall(SYS_move_mount, base, "", AT_FDCWD, "/proc", K_MOVE_MOUNT_F_EMPTY_PATH) < 0) stage_fail("mount", "new root");
  AUTO_FD root = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  bool whole = false;
  if (root < 0) stage_fail("mount", "new root");
  for (size_t i = 0; i < plan->root_count; i++) {
    const struct root_step *step = &plan->root[i];
    AUTO_FD tree = fd_take(&trees[i]);
    switch (step->verb) {
      case ROOT_MOUNT:
        attach(root, step, tree, step->directory);
        if (strcmp(step->target, "/") == 0) { // what is mounted now covers the place we stood on
          whole = true;
          fd_close(&root);
          root = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        }
        break;
      case ROOT_DEVICE:
        attach(root, step, tree, false);
        break;
      case ROOT_TMPFS:
        tree = new_tmpfs(step->size, step->inodes, step->mode, step->attributes, step->target);
        remember(tree);
        attach(root, step, tree, true);
        break;
      case ROOT_PROC:
        tree = new_proc(step->target);
        attach(root, step, tree, true);
        break;
      case ROOT_SYMLINK:
        make_symlink(root, step);
        break;
      case ROOT_FILE:
        make_file(root, step);
        break;
      case ROOT_DIRECTORY:
        make_directory(root, step);
        break;
      case ROOT_MASK:
        mask(root, step);
        break;
      case ROOT_ANCHOR:
        anchor(root, step);
        break;
    }
  }
  free(trees);
  // The old root goes (pivot_root(2), "pivot_root(".", ".")"). Our own is read-only from here on; a mount in its place
  // is what the plan says.
  if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0) stage_fail("pivot-root", "/");
  if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0) stage_fail("pivot-root", "old root");
  struct k_mount_attr closed = {.attr_set = K_MOUNT_ATTR_RDONLY};
  if (!whole && syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &closed, sizeof closed) < 0) stage_fail("pivot-root", "read-only");
}
