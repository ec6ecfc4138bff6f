// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "There are no ping sockets",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "net.ipv4.ping_group_range may leave nobody in it" } },
  program: (cell) => {
    const ping = cell.raw("socket", 2, 2, 1);
    // Where ping_group_range is empty, the raw one says the same.
    return cell.check(ping >= 0 ? ping : cell.raw("socket", 2, 3, 1), "socket");
  },
};
