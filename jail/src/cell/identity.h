// SPDX-License-Identifier: Apache-2.0
// Who the cell is: user and group, their mapping, and no capability at all.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "plan.h"

// The ids that the plan's identity means for this supervisor (`+base` adds the supervisor's pid, so that no two
// cells of a host share a user). Call it in the supervisor, once.
void identity_resolve(struct plan *plan);

// Supervisor: maps one user and one group into the user namespace of `pid`. False with errno.
bool identity_map(const struct plan *plan, pid_t pid);

// Opens a user namespace in which `owner` stands for the cell's user: what an id-mapped mount wants. -1 with errno.
int identity_mount_map(const struct plan *plan, uid_t owner, gid_t group);

// Becomes the cell's user. Fails the stage.
void identity_assume(const struct plan *plan);

// Gives up every capability and the right to get any (no_new_privs), and checks that it is so. Fails the stage.
void identity_drop_capabilities(void);

// Gives up the right to get any more than there is: without it only root may set a filter. Fails the stage.
void identity_forbid_new_privileges(void);

// Forbids user namespaces below the present one, through `proc`, a descriptor of /proc, and checks that it holds.
// user.max_user_namespaces belongs to the user namespace of whoever opens it. Fails the stage.
void identity_forbid_nesting(int proc);

// Has the kernel refuse executable memfds in this pid namespace (memfd_create(2), vm.memfd_noexec). Fails the stage.
void identity_forbid_executable_memfd(int proc);

// Supervisor: becomes the cell's user for good, as a plan without namespaces may ask: a root without CAP_SYS_PTRACE could
// not look into a cell of another user. False with errno.
bool identity_become(const struct plan *plan);

// The supervisor as the cell's user, for what shows its user to somebody else (unix(7), SO_PEERCRED): a root's cell is
// not root to whom it connects. It may still reach every path: what is granted is granted. False with errno.
bool identity_step_down(const struct plan *plan);
void identity_step_up(void);
