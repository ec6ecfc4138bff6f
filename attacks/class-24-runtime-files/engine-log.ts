// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "V8's own map for profilers, switched on by a flag at run time, is not written outside",
  proof: "outside",
  // The engine ends the process where it cannot open its file.
  endsSilently: true,
  grants: () => ["--allow-worker"],
  program: async (cell) => {
    const v8 = cell.node("node:v8");
    v8.setFlagsFromString(`--perf-basic-prof-path=${cell.outside}`);
    v8.setFlagsFromString("--perf-basic-prof");
    // A second isolate opens a file of its own.
    const { Worker } = cell.node("node:worker_threads");
    const worker = new Worker("", { eval: true });
    worker.on("error", () => {});
    await new Promise((resolve) => worker.once("exit", resolve));
    return cell.refused("NO_EFFECT");
  },
};
