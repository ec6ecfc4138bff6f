// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A path that another thread swaps between a granted file and a link outside never reads outside",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`, "--allow-worker"],
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const { Worker } = cell.node("node:worker_threads");
    const source = `
      const fs = require("node:fs");
      const { secret, granted } = require("node:worker_threads").workerData;
      for (let turn = 0; turn < 200000; turn++) {
        try { fs.writeFileSync(granted + "/next", ""); fs.renameSync(granted + "/next", granted + "/target"); } catch {}
        try { fs.symlinkSync(secret, granted + "/other"); } catch {}
        try { fs.renameSync(granted + "/other", granted + "/target"); } catch {}
      }`;
    const worker = new Worker(source, {
      eval: true,
      workerData: { secret: cell.secret, granted: cell.granted },
    });
    worker.on("error", () => {});
    await cell.event(worker, "online");
    const until = Date.now() + cell.patience;
    while (Date.now() < until) {
      try {
        return cell.loot(fs.readFileSync(`${cell.granted}/target`));
      } catch {}
    }
    return cell.refused("EMPTY");
  },
};
