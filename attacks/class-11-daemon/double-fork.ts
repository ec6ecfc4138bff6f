// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { beating } from "../harness/heart.ts";

export const hostile: Attack = {
  claim: "A daemon (two forks, a session of its own) is gone when the program ends",
  proof: "host",
  grants: (site) => [
    `--allow-fs-read=${site.granted},${site.native.tool}`,
    `--allow-fs-write=${site.granted}`,
    `--allow-run=${site.native.tool}`,
  ],
  prepare: beating,
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const { spawnSync } = cell.node("node:child_process");
    const heart = `${cell.granted}/heart`;
    cell.setup(() => {
      const ended = spawnSync(cell.tool, ["daemon", heart], { stdio: "ignore" });
      if (ended.error !== undefined) throw ended.error;
    });
    for (let waited = 0; waited < 100 && !fs.existsSync(heart); waited++) await cell.sleep(10);
    // Without a heart that beats there is nothing to outlive the program.
    cell.setup(() => fs.accessSync(heart));
    return cell.refused("NO_EFFECT", "the host sees whether the heart beats on");
  },
};
