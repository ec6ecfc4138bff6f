// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Workers fill no more memory than the limit, whatever limits they are given",
  proof: "word",
  endsSilently: true,
  refusals: ["ERR_WORKER_OUT_OF_MEMORY"],
  grants: () => ["--allow-worker", "--limit-memory=128MB", "--accept=limits"],
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const source = `
      const kept = [];
      const more = () => {
        kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
        if (kept.length < 25) setTimeout(more, 2);
        else require("node:worker_threads").parentPort.postMessage("full");
      };
      more();`;
    const options = { eval: true, resourceLimits: { maxOldGenerationSizeMb: 4096 } };
    const workers = [new Worker(source, options), new Worker(source, options)];
    await Promise.all(workers.map((worker) => cell.event(worker, "message", 10_000)));
    return "400 MB kept";
  },
};
