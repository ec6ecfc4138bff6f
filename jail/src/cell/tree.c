// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "tree.h"

#include <fcntl.h>
#include <stdio.h>
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

int tree_cover(bool directory) {
  AUTO_FD cover = tree_tmpfs(4096, 2, 0, 0);
  if (cover < 0) return -1;
  if (!directory) {
    AUTO_FD file = openat(cover, "masked", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
    AUTO_FD made = file < 0 ? -1 : openat(cover, "masked", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    AUTO_FD tree = made < 0 ? -1 : (int)syscall(SYS_open_tree, made, "", AT_EMPTY_PATH | K_OPEN_TREE_CLONE | O_CLOEXEC);
    if (tree < 0) return -1;
    fd_close(&cover);
    cover = fd_take(&tree);
  }
  if (tree_set_attributes(cover, TREE_CLOSED, -1) < 0) return -1;
  return fd_take(&cover);
}

int tree_attach(int tree, int target) {
  return (int)syscall(SYS_move_mount, tree, "", target, "", K_MOVE_MOUNT_F_EMPTY_PATH | K_MOVE_MOUNT_T_EMPTY_PATH);
}
