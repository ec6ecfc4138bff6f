// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "userfaultfd gives no descriptor",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => cell.call("userfaultfd", 1),
  exceptions: [
    {
      walls: "-filters",
      reason: "only the filters can take a system call away; it reaches no memory but the program's own",
    },
  ],
};
