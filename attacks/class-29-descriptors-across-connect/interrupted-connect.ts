// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "Connects under a storm of signals end refused: none is begun again behind the broker's back",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${values["granted"]}`],
  prepare: () => twoPorts(),
  program: async (cell) => {
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    // A timer of the kernel's own: a signal every 200 microseconds, each with a handler that Node keeps.
    process.on("SIGALRM", () => {});
    const interval = Buffer.alloc(32);
    interval.writeBigUInt64LE(200n, 8);
    interval.writeBigUInt64LE(200n, 24);
    cell.raw("setitimer", 0, interval, 0);
    const results = new Set<number>();
    for (let round = 0; round < 300; round++) {
      const fd = cell.raw("socket", 2, 1, 0);
      results.add(cell.raw("connect", fd, round % 10 === 0 ? granted : forbidden, 16));
      cell.raw("close", fd);
    }
    cell.raw("setitimer", 0, Buffer.alloc(32), 0);
    return cell.refused("NO_EFFECT", [...results].join());
  },
};
