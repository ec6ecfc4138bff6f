// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "io_uring does not exist",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => cell.call("io_uring_setup", 4, Buffer.alloc(120)),
  exceptions: [
    {
      walls: "-filters",
      reason:
        "only the filters can take a system call away; what it opens and connects still meets the namespaces (uring-open, uring-connect)",
    },
  ],
};
