// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "The 32-bit entry makes no connection",
  proof: "host",
  grants: nativeGrants,
  endsSilently: true,
  prepare: () => tcpServer(),
  program: (cell) => {
    const [socket, connect] = [359, 362];
    const fd = cell.check(cell.native().compat(socket, 2, 1, 0), "socket by int 0x80");
    const address = cell.address4("127.0.0.1", cell.number("port"));
    return cell.check(cell.native().compat(connect, fd, address, address.length), "connect by int 0x80");
  },
};
