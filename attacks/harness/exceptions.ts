// SPDX-License-Identifier: Apache-2.0
// Exceptions that several attacks share.
import type { Exception } from "./attack.ts";

/** Without the filters an image in memory is executed where the kernel or the user cannot forbid it; `harm` says what of it. */
export const executableMemory = (harm: string): readonly Exception[] => [
  {
    walls: "-filters",
    user: "root",
    before: [6, 3],
    reason: `before Linux 6.3 executable memfds cannot be forbidden at all; native code, which the policy grants here, ${harm}`,
  },
  {
    walls: "-filters",
    user: "ordinary",
    reason: `only the host's root can forbid executable memfds for a pid namespace (vm.memfd_noexec); native code, which the policy grants here, ${harm}`,
  },
];

/** Without the filters any kind of file is made; `who` is then not held back. */
export const anyKindOfFile = (who: string): readonly Exception[] => [
  {
    walls: "-filters",
    reason: `mounts have no say in what kind of file is made; ${who} needs the filters to be held back`,
  },
];
