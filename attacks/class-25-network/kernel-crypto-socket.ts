// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "There are no AF_ALG sockets",
  proof: "word",
  exceptions: [
    {
      walls: "-filters",
      reason:
        "only the filters take a socket family away; such a socket reaches nobody: the kernel computes for the program",
    },
  ],
  grants: nativeGrants,
  control: {
    root: { none: "not every kernel is built with it" },
    ordinary: { none: "not every kernel is built with it" },
  },
  program: (cell) => cell.call("socket", 38, 5, 0),
};
