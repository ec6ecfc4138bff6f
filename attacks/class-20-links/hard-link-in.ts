// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A file outside cannot be linked into a granted directory",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  program: (cell) => {
    const fs = cell.node("node:fs");
    fs.linkSync(cell.secret, `${cell.granted}/link`);
    return cell.loot(fs.readFileSync(`${cell.granted}/link`));
  },
};
