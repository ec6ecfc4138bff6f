// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { deafGrants, deafServer } from "../harness/deaf-server.ts";

export const hostile: Attack = {
  claim: "A socket that lingers, closed by the program first, does not hold up those who end the cell",
  proof: "word",
  endsSilently: true,
  survivesFor: 2000,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: deafGrants,
  prepare: () => deafServer(false),
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const fd = cell.call("socket", 2, 1, 0);
    cell.call("connect", fd, cell.address4("127.0.0.1", cell.number("port")), 16);
    // For a minute; and what waits for room for longer than 300 ms is given up.
    cell.call("setsockopt", fd, 1, 13, Buffer.from(new Int32Array([1, 60]).buffer), 8);
    cell.call("setsockopt", fd, 1, 21, Buffer.from(new BigInt64Array([0n, 300_000n]).buffer), 16);
    const send = `
      const { call, address, numbers } = require(${JSON.stringify(cell.addon)});
      const bytes = Buffer.alloc(60000);
      const part = Buffer.from(new BigInt64Array([BigInt(address(bytes)), 60000n]).buffer);
      const message = Buffer.alloc(56);
      message.writeBigInt64LE(BigInt(address(part)), 16);
      message.writeBigInt64LE(1n, 24);
      while (call(numbers.sendmsg, ${fd}, message, 0) > 0);
    `;
    const worker = new Worker(send, { eval: true });
    await cell.event(worker, "online");
    // By now nothing more has room, and the last message waits.
    await cell.sleep(150);
    cell.raw("close", fd);
    return new Promise(() => setInterval(() => {}, 1000));
  },
};
