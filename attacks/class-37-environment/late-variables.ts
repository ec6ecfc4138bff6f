// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim:
    "NODE_OPTIONS, NODE_PATH and LD_PRELOAD that the program sets for a worker or a child give neither more than it has",
  proof: "secret",
  refusals: ["EXIT"],
  grants: (site) => [`--allow-run=${process.execPath}`, `--allow-fs-read=${site.granted}`, "--allow-worker"],
  prepare: (site) => {
    const read = `process.stdout.write(require("node:fs").readFileSync(${JSON.stringify(site.secret)}, "utf8"))`;
    writeFileSync(join(site.granted, "first.cjs"), read);
    if (!existsSync(join(site.granted, "first.cjs"))) throw new Error("Expected the preload to be written");
    return { values: {} };
  },
  program: async (cell) => {
    const { spawnSync } = cell.node("node:child_process");
    const { Worker } = cell.node("node:worker_threads");
    const options = `--require=${cell.granted}/first.cjs`;
    const codes: string[] = [];
    for (const env of [{ NODE_OPTIONS: options }, { NODE_OPTIONS: options, LD_PRELOAD: cell.library }]) {
      const ended = spawnSync(process.execPath, ["-e", "0"], { encoding: "utf8", env });
      if (ended.error !== undefined) throw ended.error;
      if (ended.stdout.includes("SECRET-")) return cell.loot(ended.stdout);
      codes.push(/code: '([A-Z_]+)'/.exec(ended.stderr)?.[1] ?? "EXIT");
    }
    const worker = new Worker("", { eval: true, execArgv: [options] });
    const error = (await new Promise((resolve) => {
      worker.once("error", resolve);
      worker.once("exit", () => resolve(undefined));
    })) as { code?: string } | undefined;
    return cell.refused(error?.code ?? codes[0] ?? "EXIT", codes.join());
  },
};
