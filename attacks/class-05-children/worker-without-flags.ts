// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim:
    "A worker thread with execArgv of its own, or a child Node with its own flags, has no more than the program",
  proof: "secret",
  grants: () => ["--allow-worker"],
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const source = `require("node:worker_threads").parentPort.postMessage(require("node:fs").readFileSync(${JSON.stringify(cell.secret)}, "utf8"))`;
    const worker = new Worker(source, { eval: true, execArgv: [], env: {} });
    return cell.loot(String(await cell.event(worker, "message")));
  },
};
