// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim:
    "A copy of a socket that was made before its connect reaches nothing that is not granted, and neither does one made after",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${values["granted"]}`],
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
    const numbers = native.numbers;
    const raw = (name: string, ...words: (number | Uint8Array)[]): number =>
      native.call(numbers[name] ?? -1, ...words);
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    const nothing = Buffer.alloc(16);
    const fd = raw("socket", 2, 1, 0);
    const before = raw("dup", fd);
    cell.setup(() => cell.check(raw("connect", fd, granted, 16), "connect"));
    const after = raw("dup", fd);
    const results: number[] = [];
    for (const copy of [before, after, fd]) {
      results.push(raw("connect", copy, forbidden, 16));
      results.push(raw("connect", copy, nothing, 16));
      results.push(raw("connect", copy, forbidden, 16));
      results.push(raw("sendto", copy, Buffer.from("x"), 1, 0x20004000, forbidden, 16));
    }
    return cell.refused("NO_EFFECT", results.join());
  },
};
