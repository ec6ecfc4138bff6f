// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "The host's handler of crashes (core_pattern) is not made to run on what a program leaves",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => {
    const core = 4; // RLIMIT_CORE
    const none = Buffer.alloc(16);
    const now = Buffer.alloc(16);
    // At any limit but 1 the kernel starts the handler, as the host's root.
    cell.call("prlimit64", 0, core, null, now);
    if (now.readBigUInt64LE(0) !== 1n) return `the limit is ${now.readBigUInt64LE(0)}`;
    return cell.call("prlimit64", 0, core, none, null);
  },
  exceptions: [
    {
      walls: "-filters",
      reason:
        "only the filters can take a system call away; what the handler gets is the program's own memory",
    },
  ],
};
