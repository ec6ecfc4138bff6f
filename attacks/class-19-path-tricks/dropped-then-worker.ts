// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { copyFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "What one thread gave up, a thread that runs already cannot read",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`, "--allow-worker"],
  prepare: (site) => {
    copyFileSync(site.secret, join(site.granted, "dropped.txt"));
    return { values: {} };
  },
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const path = `${cell.granted}/dropped.txt`;
    const worker = cell.setup(
      () =>
        new Worker(
          `const { parentPort } = require("node:worker_threads");
           parentPort.once("message", (path) => {
             try { parentPort.postMessage({ text: require("node:fs").readFileSync(path, "latin1") }); }
             catch (error) { parentPort.postMessage({ code: error.code }); }
           });
           parentPort.postMessage("up");`,
          { eval: true },
        ),
    );
    await cell.event(worker, "message");
    (process as { permission?: { drop?: (scope: string, reference?: string) => void } }).permission?.drop?.(
      "fs.read",
      path,
    );
    const answer = cell.event(worker, "message");
    worker.postMessage(path);
    const { text, code } = (await answer) as { text?: string; code?: string };
    return text === undefined ? cell.refused(code ?? "EACCES") : cell.loot(text);
  },
};
