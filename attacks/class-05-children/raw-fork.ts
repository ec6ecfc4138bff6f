// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Native code cannot fork",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => cell.check(cell.native().process(cell.native().numbers["fork"] ?? -1), "fork"),
  exceptions: [
    {
      walls: "-filters",
      reason:
        "native code, which the policy grants here, forks by a system call that only the filters see; the child has the same namespaces and gets nothing",
    },
  ],
};
