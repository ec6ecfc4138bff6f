// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "0.0.0.0 and ::, which connect to this machine, are held to what is granted of it",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [
    ...nativeGrants(site),
    `--allow-net=127.0.0.1:${values["granted"]},0.0.0.0:${values["granted"]}`,
  ],
  prepare: async () => {
    const [server, other] = [await tcpServer(), await tcpServer()];
    return {
      values: { port: server.port, granted: other.port },
      harmed: server.harmed,
      dispose: () => {
        server.dispose();
        other.dispose();
      },
    };
  },
  program: (cell) => {
    const native = cell.native();
    const [socket = -1, connect = -1] = ["socket", "connect"].map((name) => native.numbers[name]);
    const six = Buffer.alloc(28);
    six.writeUInt16LE(10, 0);
    six.writeUInt16BE(cell.number("port"), 2);
    const mapped = Buffer.from(six);
    mapped.set([0xff, 0xff], 18);
    const results = [
      native.call(connect, native.call(socket, 2, 1, 0), cell.address4("0.0.0.0", cell.number("port")), 16),
      native.call(connect, native.call(socket, 10, 1, 0), six, 28),
      native.call(connect, native.call(socket, 10, 1, 0), mapped, 28),
    ];
    return cell.refused("NO_EFFECT", results.join());
  },
};
