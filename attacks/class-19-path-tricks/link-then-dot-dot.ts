// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim:
    "`..` after a link leads out of the granted directory only by its text, never in fact (CVE-2025-55130)",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  program: (cell) => {
    const fs = cell.node("node:fs");
    fs.mkdirSync(`${cell.granted}/a/b`, { recursive: true });
    fs.symlinkSync(cell.granted, `${cell.granted}/a/b/up`);
    return cell.loot(fs.readFileSync(`${cell.granted}/a/b/up/../outside/secret.txt`));
  },
};
