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
    const native = cell.native();
    const socket = native.numbers["socket"] ?? -1;
    const [four, six] = [native.call(socket, 2, 2, 136), native.call(socket, 10, 2, 136)];
    return cell.check(four >= 0 ? four : six, "socket");
  },
};
