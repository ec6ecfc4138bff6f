// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "An object that looks like a URL and changes its path between check and use leads nowhere",
  proof: "secret",
  refusals: ["ERR_INVALID_ARG_TYPE"],
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  program: (cell) => {
    const fs = cell.node("node:fs");
    for (let lies = 0; lies < 6; lies++) {
      let asked = 0;
      const url = {
        href: `file://${cell.granted}/file.txt`,
        protocol: "file:",
        hostname: "",
        get pathname(): string {
          return asked++ < lies ? `${cell.granted}/file.txt` : cell.secret;
        },
      };
      try {
        return cell.loot(fs.readFileSync(url as unknown as URL));
      } catch (error) {
        if (lies === 5) throw error;
      }
    }
    return cell.refused("EMPTY");
  },
};
