// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { swapper } from "../harness/swapper.ts";

export const hostile: Attack = {
  claim: "A granted directory that is swapped for a link while the cell is set up draws nothing in",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${join(site.granted, "swapped")}`],
  startRefusals: ["ERR_CELL_START", "ERR_GRANT_MISSING_PATH", "ERR_POLICY_INVALID"],
  prepare: async (site) => {
    mkdirSync(join(site.granted, "swapped"));
    return swapper(join(site.granted, "swapped"), site.outside);
  },
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const until = Date.now() + cell.patience;
    while (Date.now() < until) {
      try {
        return cell.loot(fs.readFileSync(`${cell.granted}/swapped/secret.txt`));
      } catch {
        await cell.sleep(2);
      }
    }
    return cell.refused("ENOENT");
  },
};
