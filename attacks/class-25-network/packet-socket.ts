// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "There are no packet sockets",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "the kernel asks for CAP_NET_RAW" } },
  program: (cell) => cell.call("socket", 17, 3, 0x0300),
};
