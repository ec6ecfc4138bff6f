// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { beating } from "../harness/heart.ts";

export const hostile: Attack = {
  claim: "A detached child is gone when the program is killed",
  proof: "host",
  endsSilently: true,
  grants: (site) => [
    `--allow-fs-read=${site.granted},${site.native.tool}`,
    `--allow-fs-write=${site.granted}`,
    `--allow-run=${site.native.tool}`,
  ],
  prepare: beating,
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const { spawn } = cell.node("node:child_process");
    const heart = `${cell.granted}/heart`;
    const child = spawn(cell.tool, ["daemon", heart], { stdio: "ignore", detached: true });
    child.unref();
    for (let waited = 0; waited < 100 && !fs.existsSync(heart); waited++) await cell.sleep(10);
    // Without a heart that beats there is nothing to outlive the program.
    cell.setup(() => fs.accessSync(heart));
    process.abort();
  },
};
