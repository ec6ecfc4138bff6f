// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A socket that the broker connected, and that is disconnected again, does not listen on the host",
  proof: "word",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: ["EISCONN"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${Number(values["granted"])}`],
  prepare: async () => {
    const server = await tcpServer();
    return { values: { granted: server.port }, dispose: server.dispose };
  },
  program: (cell) => {
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const fd = cell.call("socket", 2, 1, 0);
    cell.setup(() => cell.call("connect", fd, granted, granted.length));
    const unspecified = Buffer.alloc(16);
    cell.raw("connect", fd, unspecified, unspecified.length);
    return cell.call("listen", fd, 8);
  },
};
