// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "sendto with MSG_FASTOPEN, which connects without connect, reaches no server",
  proof: "host",
  grants: nativeGrants,
  prepare: () => tcpServer(),
  program: (cell) => {
    const fd = cell.call("socket", 2, 1, 0);
    const address = cell.address4("127.0.0.1", cell.number("port"));
    return cell.call("sendto", fd, "hello", 5, 0x20000000, address, address.length);
  },
};
