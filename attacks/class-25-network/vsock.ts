// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "There are no vsock sockets, which no network namespace holds back",
  proof: "word",
  grants: nativeGrants,
  exceptions: [
    {
      walls: "-filters",
      reason: "before Linux 7.0 no namespace holds vsock back: only the filters take the socket family away",
    },
  ],
  program: (cell) => cell.call("socket", 40, 1, 0),
};
