// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A raw statx says nothing about a file outside",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => cell.call("statx", -100, cell.secret, 0, 0x7ff, Buffer.alloc(256)),
  exceptions: [
    {
      walls: "-namespaces",
      reason:
        "Landlock has no right for stat, and a filter does not see paths: native code, which the policy grants here, learns sizes and times, never content",
    },
  ],
};
