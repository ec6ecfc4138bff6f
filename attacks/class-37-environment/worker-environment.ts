// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { readFileSync } from "node:fs";

export const hostile: Attack = {
  claim: "A worker's environment, shared or its own, holds nothing of the host's that is not granted",
  proof: "secret",
  grants: () => ["--allow-worker"],
  environment: (site) => ({ CANARY: readFileSync(site.secret, "utf8").trim() }),
  program: async (cell) => {
    const { SHARE_ENV, Worker } = cell.node("node:worker_threads");
    const source = `require("node:worker_threads").parentPort.postMessage(JSON.stringify(process.env))`;
    const said: string[] = [];
    for (const options of [{ env: SHARE_ENV }, {}, { env: process.env }]) {
      const worker = new Worker(source, {
        eval: true,
        ...options,
      } as import("node:worker_threads").WorkerOptions);
      said.push(String(await cell.event(worker, "message")));
    }
    return cell.loot(said.join());
  },
};
