// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "There are no AF_ALG sockets",
  proof: "word",
  grants: nativeGrants,
  control: {
    root: { none: "not every kernel is built with it" },
    ordinary: { none: "not every kernel is built with it" },
  },
  program: (cell) => cell.call("socket", 38, 5, 0),
};
