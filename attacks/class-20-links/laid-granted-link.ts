// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim:
    "A link that an earlier run has laid in the place of what is granted leads the next run's grant nowhere",
  proof: "secret",
  startRefusals: ["ERR_GRANT_LINK"],
  grants: (site) => [`--allow-fs-write=${site.granted}`, `--allow-fs-read=${join(site.granted, "cache")}`],
  prepare: (site) => {
    symlinkSync(site.outside, join(site.granted, "cache"));
    return { values: {} };
  },
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(`${cell.granted}/cache/secret.txt`)),
};
