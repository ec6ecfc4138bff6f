// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "Connects under a storm of signals end refused: none is begun again behind the broker's back",
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
  program: async (cell) => {
    const native = cell.native();
    const numbers = native.numbers;
    const raw = (name: string, ...words: (number | Uint8Array)[]): number =>
      native.call(numbers[name] ?? -1, ...words);
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    // A timer of the kernel's own: a signal every 200 microseconds, each with a handler that Node keeps.
    process.on("SIGALRM", () => {});
    const interval = Buffer.alloc(32);
    interval.writeBigUInt64LE(200n, 8);
    interval.writeBigUInt64LE(200n, 24);
    raw("setitimer", 0, interval, 0);
    const results = new Set<number>();
    for (let round = 0; round < 300; round++) {
      const fd = raw("socket", 2, 1, 0);
      results.add(raw("connect", fd, round % 10 === 0 ? granted : forbidden, 16));
      raw("close", fd);
    }
    raw("setitimer", 0, Buffer.alloc(32), 0);
    return cell.refused("NO_EFFECT", [...results].join());
  },
};
