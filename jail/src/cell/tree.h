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

// A directory that nobody can open, to be put over something denied.
int tree_cover(void);

// A file by itself, read-only. The file system that it is made in is attached over the directory `place` for that: before
// Linux 6.15 no copy can be made of what is attached nowhere (EINVAL). So `place` is one that nobody else looks at.
int tree_file(int place, const char *contents, uint32_t mode);

// Attaches `tree` where `target` stands.
int tree_attach(int tree, int target);
