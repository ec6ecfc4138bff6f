// SPDX-License-Identifier: Apache-2.0
// Exceptions that several attacks share.
import type { Exception } from "./attack.ts";

const harmless = "native code, which the policy grants here, gets nothing by another image";

/** Without the filters an image in memory is executed where the kernel or the user cannot forbid it. */
export const executableMemory: readonly Exception[] = [
  {
    walls: "-filters",
    user: "root",
    before: [6, 3],
    reason: `before Linux 6.3 executable memfds cannot be forbidden at all; ${harmless}`,
  },
  {
    walls: "-filters",
    user: "ordinary",
    reason: `only the host's root can forbid executable memfds for a pid namespace (vm.memfd_noexec); ${harmless}`,
  },
];

/** Without the filters any kind of file is made; `who` is then not held back. */
export const anyKindOfFile = (who: string): readonly Exception[] => [
  {
    walls: "-filters",
    reason: `mounts have no say in what kind of file is made; ${who} needs the filters to be held back`,
  },
];
