// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"

int tree_set_attributes(int fd, uint64_t attributes, int userns) {
  struct k_mount_attr attr = {.attr_set = attributes | (userns >= 0 ? K_MOUNT_ATTR_IDMAP : 0),
                              .userns_fd = userns >= 0 ? (uint64_t)userns : 0};
  return (int)syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | K_AT_RECURSIVE, &attr, sizeof attr);
}

int tree_clone(int fd) {
  return (int)syscall(SYS_open_tree, fd, "", AT_EMPTY_PATH | K_OPEN_TREE_CLONE | K_AT_RECURSIVE | O_CLOEXEC);
}

int tree_new(const char *type, const char *const options[][2], uint64_t attributes) {
  AUTO_FD context = (int)syscall(SYS_fsopen, type, K_FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  for (size_t i = 0; options[i][0]; i++)
    if (syscall(SYS_fsconfig, context, K_FSCONFIG_SET_STRING, options[i][0], options[i][1], 0) < 0) return -1;
  if (syscall(SYS_fsconfig, context, K_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) return -1;
  return (int)syscall(SYS_fsmount, context, K_FSMOUNT_CLOEXEC, attributes);
}

int tree_tmpfs(uint64_t size, uint64_t inodes, uint32_t mode, uint64_t attributes) {
  char size_text[24], inodes_text[24], mode_text[12];
  snprintf(size_text, sizeof size_text, "%llu", (unsigned long long)size);
  snprintf(inodes_text, sizeof inodes_text, "%llu", (unsigned long long)inodes);
  snprintf(mode_text, sizeof mode_text, "%o", mode);
  const char *const options[][2] = {{"size", size_text}, {"nr_inodes", inodes_text}, {"mode", mode_text}, {NULL, NULL}};
  return tree_new("tmpfs", options, attributes);
}

static int clone_in(int place, int mount, const char *name) {
  AUTO_FD before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (before < 0 || tree_attach(mount, place) < 0 || fchdir(mount) < 0) return -1;
  AUTO_FD file = openat(mount, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  AUTO_FD tree = file < 0 ? -1 : (int)syscall(SYS_open_tree, file, "", AT_EMPTY_PATH | K_OPEN_TREE_CLONE | O_CLOEXEC);
  if (umount2(".", MNT_DETACH) < 0 || fchdir(before) < 0) return -1;
  return fd_take(&tree);
}

int tree_file(int place, const char *contents, uint32_t mode) {
  size_t length = strlen(contents);
  AUTO_FD mount = tree_tmpfs(length + 4096, 2, 0, 0);
  AUTO_FD file = mount < 0 ? -1 : openat(mount, "file", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
  if (file < 0 || write(file, contents, length) != (ssize_t)length || fchmod(file, mode) < 0) return -1;
  fd_close(&file);
  AUTO_FD tree = clone_in(place, mount, "file");
  if (tree < 0 || tree_set_attributes(tree, TREE_CLOSED, -1) < 0) return -1;
  return fd_take(&tree);
}

int tree_cover(void) { return tree_tmpfs(4096, 2, 0, TREE_CLOSED); }

int tree_attach(int tree, int target) {
  return (int)syscall(SYS_move_mount, tree, "", target, "", K_MOVE_MOUNT_F_EMPTY_PATH | K_MOVE_MOUNT_T_EMPTY_PATH);
}
