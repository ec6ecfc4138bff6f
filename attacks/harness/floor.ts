// SPDX-License-Identifier: Apache-2.0
import type { Site } from "./attack.ts";

/**
 * Puts a command on a host on which no namespace can be made, by nobody: under the filter of a container's default
 * profile (unshare, setns, clone with new namespaces and mounts are refused, clone3 is not there), and root with a
 * container's capabilities. As with `--cap-add=SYS_PTRACE`, for without it there is no network to be attacked.
 * (Class 33 asks what the host's own process does with a cell's bytes: that process stays where it is.)
 */
export function onTheFloor({ user, native }: Site, command: readonly string[]): readonly string[] {
  const rules = user === "root" ? ["docker", "ptrace", "capabilities"] : ["docker", "ptrace"];
  return [native.confine, ...rules, "--", ...command];
}
