// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim:
    "An IPv4 address in the form of an IPv6 one, or in a socket of the other family, is the address that it is",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [
    ...nativeGrants(site),
    `--allow-net=127.0.0.1:${values["granted"]},[::/0]:${values["port"]}`,
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
    const mapped = Buffer.alloc(28);
    mapped.writeUInt16LE(10, 0);
    mapped.writeUInt16BE(cell.number("port"), 2);
    mapped.set([0xff, 0xff, 127, 0, 0, 1], 18);
    const plain = cell.address4("127.0.0.1", cell.number("port"));
    const results = [
      native.call(connect, native.call(socket, 10, 1, 0), mapped, 28),
      native.call(connect, native.call(socket, 2, 1, 0), mapped, 28),
      native.call(connect, native.call(socket, 10, 1, 0), plain, 16),
    ];
    return cell.refused("NO_EFFECT", results.join());
  },
};
