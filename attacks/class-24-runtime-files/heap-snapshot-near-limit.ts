// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nothingLeft } from "../harness/witness.ts";

export const hostile: Attack = {
  claim:
    "The heap snapshot that V8 takes when its heap is nearly full is not written into a directory that is not granted",
  proof: "host",
  endsSilently: true,
  grants: () => ["--allow-worker"],
  prepare: (site) => nothingLeft(site.directory, "a snapshot", (name) => name.endsWith(".heapsnapshot")),
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const source = `
      require("node:v8").setHeapSnapshotNearHeapLimit(1);
      const kept = [];
      for (;;) kept.push(new Array(1000).fill(kept.length));`;
    const worker = new Worker(source, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 12 } });
    worker.on("error", () => {});
    await new Promise((resolve) => worker.once("exit", resolve));
    return cell.refused("NO_EFFECT");
  },
};
