// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A symlink made after the grant does not widen it",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  program: (cell) => {
    const fs = cell.node("node:fs");
    fs.symlinkSync(cell.secret, `${cell.granted}/link`);
    return cell.loot(fs.readFileSync(`${cell.granted}/link`));
  },
};
