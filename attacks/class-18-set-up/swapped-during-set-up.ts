// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { swapper } from "../harness/swapper.ts";

export const hostile: Attack = {
  claim: "A granted directory that is swapped for a link while the cell is set up draws nothing in",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${join(site.granted, "swapped")}`],
  startRefusals: ["ERR_CELL_START", "ERR_GRANT_LINK", "ERR_GRANT_MISSING_PATH", "ERR_POLICY_INVALID"],
  refusals: ["GRANTED_LINK"],
  prepare: async (site) => {
    mkdirSync(join(site.granted, "swapped"));
    const { dispose } = await swapper(join(site.granted, "swapped"), site.outside);
    return { values: { walled: site.isControl ? 0 : 1 }, ...(dispose === undefined ? {} : { dispose }) };
  },
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const read = (path: string): Buffer | undefined => {
      try {
        return fs.readFileSync(path);
      } catch {
        return undefined;
      }
    };
    const until = Date.now() + cell.patience;
    while (Date.now() < until) {
      const bytes = read(`${cell.granted}/swapped/secret.txt`);
      if (bytes === undefined) {
        await cell.sleep(2);
        continue;
      }
      // Where the link stood when the policy was read, it was the link that was granted: then what it leads to is there
      // under its own name, which it is not when something was drawn in.
      if (cell.number("walled") === 1 && read(cell.secret) !== undefined) return cell.refused("GRANTED_LINK");
      return cell.loot(bytes);
    }
    return cell.refused("ENOENT");
  },
};
