// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "There is no UDP-Lite, which rules for UDP do not name",
  proof: "word",
  grants: nativeGrants,
  exceptions: [
    {
      walls: "-filters",
      reason: "the socket is made, in an empty network namespace where it reaches nothing",
    },
  ],
  program: (cell) => {
    const [four, six] = [cell.raw("socket", 2, 2, 136), cell.raw("socket", 10, 2, 136)];
    return cell.check(four >= 0 ? four : six, "socket");
  },
};
