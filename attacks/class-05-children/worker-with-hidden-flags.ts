// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "No flags, variables or lists of its own give a granted worker thread more than the program has",
  proof: "secret",
  grants: (site) => ["--allow-worker", `--allow-fs-read=${site.granted}`],
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const source = `
      const { parentPort } = require("node:worker_threads");
      try { parentPort.postMessage(require("node:fs").readFileSync(${JSON.stringify(cell.secret)}, "utf8")); }
      catch (error) { parentPort.postMessage(error.code); }`;
    const at = process.execArgv.indexOf("--require");
    const preload = process.execArgv[at + 1] ?? "node";
    const ways: (() => object)[] = [
      () => ({ env: { NODE_OPTIONS: "--allow-fs-read=*" } }),
      () => ({ env: { NODE_OPTIONS: "--no-permission" } }),
      () => ({ execArgv: ["--require", `${cell.granted}/file.txt`, "--conditions", preload] }),
      () => ({ execArgv: ["--no-permission"] }),
      () => ({ execArgv: Object.assign([], { map: () => [], find: () => undefined, includes: () => true }) }),
      () => ({ execArgv: [], env: {} }),
    ];
    cell.setup(() => cell.node("node:fs").readFileSync(`${cell.granted}/file.txt`));
    const answers: string[] = [];
    for (const way of ways) {
      try {
        const worker = new Worker(source, { eval: true, ...way() });
        answers.push(String(await cell.event(worker, "message")));
      } catch (error) {
        answers.push((error as { code?: string }).code ?? "EACCES");
      }
      if (answers.at(-1)?.includes("SECRET-") === true) return cell.loot(answers.at(-1) ?? "");
    }
    return cell.refused(answers.at(-1) ?? "EACCES", answers.join());
  },
};
