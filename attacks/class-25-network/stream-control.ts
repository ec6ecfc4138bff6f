// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "There is no SCTP, and no other transport that rules do not name",
  proof: "word",
  grants: nativeGrants,
  exceptions: [
    {
      walls: "-filters",
      reason: "the socket is made, in an empty network namespace where it reaches nothing",
    },
  ],
  control: {
    ordinary: {
      none: "a kernel may have SCTP as a module that is not loaded; the raw kind asks for CAP_NET_RAW",
    },
  },
  program: (cell) => {
    const results = [1, 5, 3].map((type) => cell.raw("socket", 2, type, 132));
    return cell.check(results.find((result) => result >= 0) ?? results[0] ?? -1, "socket");
  },
};
