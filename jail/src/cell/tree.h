// SPDX-License-Identifier: Apache-2.0
// Detached mounts: what is made or copied here becomes visible only when it is attached somewhere. Every function
// answers a descriptor, or -1 with errno.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TREE_CLOSED (K_MOUNT_ATTR_RDONLY | K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV | K_MOUNT_ATTR_NOEXEC)

// Sets attributes of the mount and of all below it; `userns` maps its owners, -1: none.
int tree_set_attributes(int fd, uint64_t attributes, int userns);

// A copy of what `fd` stands for, with all that is mounted below it.
int tree_clone(int fd);

int tree_new(const char *type, const char *const options[][2], uint64_t attributes);
int tree_tmpfs(uint64_t size, uint64_t inodes, uint32_t mode, uint64_t attributes);

// What is put over something denied: a directory, or a file, that nobody can open.
int tree_cover(bool directory);

// Attaches `tree` where `target` stands.
int tree_attach(int tree, int target);
