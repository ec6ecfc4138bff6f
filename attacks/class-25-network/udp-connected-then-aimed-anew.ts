// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { udpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A UDP socket that is connected to a granted address cannot be aimed anew",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [
    ...nativeGrants(site),
    `--allow-net=udp://127.0.0.1:${Number(values["granted"])}`,
  ],
  prepare: async () => {
    const [server, other] = [await udpServer(), await udpServer()];
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
    const fd = cell.call("socket", 2, 2, 0);
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const other = cell.address4("127.0.0.1", cell.number("port"));
    cell.setup(() => cell.call("connect", fd, granted, granted.length));
    const unspecified = Buffer.alloc(16);
    const native = cell.native();
    const numbers = native.numbers;
    const results = [
      native.call(numbers["sendto"] ?? -1, fd, "hello", 5, 0, other, other.length),
      native.call(numbers["connect"] ?? -1, fd, unspecified, unspecified.length),
      native.call(numbers["connect"] ?? -1, fd, other, other.length),
      native.call(numbers["write"] ?? -1, fd, "hello", 5),
    ];
    return cell.refused("NO_EFFECT", results.join());
  },
};
