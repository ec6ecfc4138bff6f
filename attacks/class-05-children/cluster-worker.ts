// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "cluster forks no worker process",
  proof: "word",
  program: async (cell) => {
    if (process.send !== undefined) return "the worker ran";
    const cluster = cell.node("node:cluster");
    const worker = cluster.fork();
    await cell.event(worker, "online");
    return "a worker is online";
  },
};
