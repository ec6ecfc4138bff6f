// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";
import type { StatusEvent } from "./status-line.ts";

type Failure = Extract<StatusEvent, { event: "failed" }>;

const doctor = "Run `cordon doctor`: it says what this host lacks, and how to provide it.";

/** What to do about a step that failed, by step and, where it matters, errno. */
const remedies: Readonly<Record<string, string>> = {
  namespaces: `Allow user namespaces (sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns). ${doctor}`,
  "user-namespace": `Allow user namespaces to this user. ${doctor}`,
  cgroup: "Give this user a delegated cgroup, or leave out the limits on memory and processes.",
  "mount ENOENT": "The path has gone since the policy was read. Start again.",
  "mount ELOOP":
    "A symbolic link has appeared in the path since the policy was read. Find out who put it there.",
  "mount EACCES": "Let the user who starts the cell read the path.",
  "mount EPERM": `The kernel refused the mount. ${doctor}`,
  "pin ESTALE":
    "The file is not the one that was hashed, or was written to since. Find out by whom, and start again.",
  landlock:
    "The path must be reachable for the cell's user: without the namespaces' wall that needs `x` for others on each directory above it.",
  seccomp: `The kernel refused the filter. ${doctor}`,
  directory: "Start in a directory that the cell's user can enter.",
  "exec ENOENT": "Check the path of Node and of its loader.",
  exec: "Let the cell's user read and execute Node's file.",
};

/** The error for a cell that never ran its program. */
export function startFailure({ step, errno, resource }: Failure): CordonError {
  const remedy = remedies[`${step} ${errno}`] ?? remedies[step] ?? doctor;
  const problem = resource === "" ? errno : `${errno} (${resource})`;
  return new CordonError("ERR_CELL_START", { step, problem }, { step, errno, resource, remedy });
}
