// SPDX-License-Identifier: Apache-2.0
// Limits that the kernel counts for the whole cell. The plan spells out every directory, file and value.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"

// Supervisor: makes the plan's cgroups and sets their limits. Returns the path that failed, with errno, or NULL.
const char *cgroup_make(const struct plan *plan);

// Supervisor: the directory of the unified hierarchy that the plan joins, for the init to be made in it; -1: there is
// none. A process that is moved there makes every fork of the machine wait for a moment, one that is made there does not.
int cgroup_birthplace(const struct plan *plan);

// Supervisor: the init could not be made there, and joins as elsewhere.
void cgroup_forget_birthplace(void);

// Init: joins them, but for the one that it was made in; all that it starts is counted. Fails the stage.
void cgroup_join(const struct plan *plan);

// Supervisor: removes what cgroup_make made, once the cell's last process is gone.
void cgroup_remove(const struct plan *plan);

// Supervisor: removes what supervisors that were killed together with their hosts have left in the plan's directories:
// empty cgroups of ours, named by a process that is gone.
void cgroup_sweep(const struct plan *plan);

// What a small file says. False where it is not there (any more).
bool cgroup_read(const char *path, char *text, size_t size);
bool cgroup_write(const char *path, const char *value);

// The number in a file; the number behind `key` in a text of lines `key number`. `otherwise` where there is none.
uint64_t cgroup_number(const char *path, uint64_t otherwise);
uint64_t cgroup_value(const char *text, const char *key, uint64_t otherwise);
