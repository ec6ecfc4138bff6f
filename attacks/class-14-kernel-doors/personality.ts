// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "personality cannot be changed",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => cell.call("personality", 0x0040000),
  exceptions: [
    {
      walls: "-filters",
      reason: "only the filters can take a system call away; it changes no process but the program's own",
    },
  ],
};
