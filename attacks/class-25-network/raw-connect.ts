// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A raw connect reaches no server of the host",
  proof: "host",
  grants: nativeGrants,
  prepare: () => tcpServer(),
  program: (cell) => {
    const fd = cell.call("socket", 2, 1, 0);
    const address = cell.address4("127.0.0.1", cell.number("port"));
    return cell.call("connect", fd, address, address.length);
  },
};
