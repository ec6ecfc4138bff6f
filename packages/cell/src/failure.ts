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
  "descriptors EISDIR":
    "A directory is no place to read from or to write to: give the program a file, a pipe or /dev/null.",
  landlock:
    "The path must be reachable for the cell's user: without the namespaces' wall that needs `x` for others on each directory above it.",
  seccomp: `The kernel refused the filter. ${doctor}`,
  directory: "Start in a directory that the cell's user can enter.",
  "exec ENOENT": "Check the path of Node and of its loader.",
  exec: "Let the cell's user read and execute Node's file.",
  "init ESRCH":
    "Somebody killed the cell's first process: where nobody did it on purpose, the host has no memory left (dmesg says so).",
};

/** What to do about a lack that any step can meet. */
const lacks: Readonly<Record<string, string>> = {
  EMFILE:
    "The process that starts cells has no descriptors left: raise its limit (ulimit -n), or end some cells.",
  ENFILE: "The machine has no descriptors left: raise fs.file-max, or find out who holds them.",
  ENOMEM:
    "The machine, or the cgroup of whoever starts cells, has no memory left: give it more, or end some cells.",
  EAGAIN:
    "No more processes are allowed to this user or cgroup (ulimit -u, pids.max): raise it, or end some cells.",
  ENOSPC:
    "A limit of the kernel's is reached (sysctl user.max_*_namespaces, fs.mount-max), or the disk is full: raise it, or make room.",
  EINTR: "A signal came in between. Start again.",
};

/** The error for a cell that never ran its program. */
export function startFailure({ step, errno, resource }: Failure): CordonError {
  const remedy = remedies[`${step} ${errno}`] ?? lacks[errno] ?? remedies[step] ?? doctor;
  const problem = resource === "" ? errno : `${errno} (${resource})`;
  return new CordonError("ERR_CELL_START", { step, problem }, { step, errno, resource, remedy });
}
