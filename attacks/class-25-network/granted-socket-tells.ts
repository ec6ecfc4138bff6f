// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A socket that the broker connected tells nothing of the host's network interfaces",
  proof: "word",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: ["ENOTTY"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${Number(values["granted"])}`],
  prepare: async () => {
    const server = await tcpServer();
    return { values: { granted: server.port }, dispose: server.dispose };
  },
  program: (cell) => {
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const fd = cell.call("socket", 2, 1, 0);
    cell.setup(() => cell.call("connect", fd, granted, granted.length));
    const [nameOfInterface, hardwareAddress] = [0x8910, 0x8927];
    const request = Buffer.alloc(40);
    for (let index = 1; index < 16; index++) {
      request.fill(0);
      request.writeInt32LE(index, 16);
      if (cell.raw("ioctl", fd, nameOfInterface, request) < 0) continue;
      return request.toString("latin1", 0, 16);
    }
    return cell.call("ioctl", fd, hardwareAddress, Buffer.from("eth0".padEnd(40, "\0")));
  },
};
