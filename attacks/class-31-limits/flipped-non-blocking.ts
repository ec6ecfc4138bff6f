// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { deafGrants, deafServer } from "../harness/deaf-server.ts";

export const hostile: Attack = {
  claim:
    "A socket that another thread makes blocking during each connect does not hold up those who end the cell",
  proof: "word",
  endsSilently: true,
  survivesFor: 2000,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: deafGrants,
  prepare: () => deafServer(true),
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const address = cell.address4("127.0.0.1", cell.number("port"));
    const sockets = Array.from({ length: 6 }, () => cell.call("socket", 2, 1 | 0o4000, 0));
    // Half of them lose the race at once: they wait where they should, and are not heard of any more.
    const connecting = (fd: number): string => `
      const { call, numbers } = require(${JSON.stringify(cell.addon)});
      const address = Buffer.from(${JSON.stringify([...address])});
      for (;;) call(numbers.connect, ${fd}, address, 16);
    `;
    const workers = sockets.map((fd) => new Worker(connecting(fd), { eval: true }));
    await Promise.all(workers.map((worker) => cell.event(worker, "online")));
    for (;;) for (const fd of sockets) for (const flags of [0, 0o4000]) cell.raw("fcntl", fd, 4, flags);
  },
};
