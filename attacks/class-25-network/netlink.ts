// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Netlink tells nothing about the host's network, and there are no netlink sockets",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => cell.call("socket", 16, 3, 0),
  exceptions: [
    {
      walls: "-filters",
      reason:
        "only the filters take a socket family away; what netlink shows is the cell's own, empty network namespace",
    },
  ],
};
