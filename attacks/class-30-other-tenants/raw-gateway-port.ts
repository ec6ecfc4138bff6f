// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { unvisited } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim: "A raw connect reaches the host's gateway no more than Node's does",
  proof: "host",
  prepare: unvisited,
  grants: nativeGrants,
  program: (cell) => {
    const fd = cell.call("socket", 2, 1, 0);
    const address = cell.address4("127.0.0.1", cell.number("gateway"));
    cell.call("connect", fd, address, address.length);
    const request = "GET /run/neighbour/app/ HTTP/1.0\r\n\r\n";
    return cell.call("write", fd, request, request.length);
  },
};
