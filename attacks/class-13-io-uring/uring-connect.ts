// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "io_uring makes no connection",
  proof: "host",
  grants: nativeGrants,
  prepare: () => tcpServer(),
  program: (cell) => {
    const address = cell.address4("127.0.0.1", cell.number("port"));
    return cell.check(cell.native().uringConnect(address, address.length), "connect by io_uring");
  },
};
