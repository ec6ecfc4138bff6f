// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A link in a granted directory, laid by an earlier run, does not draw its target into the cell",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  prepare: (site) => {
    symlinkSync("../outside", join(site.granted, "link"));
    return { values: {} };
  },
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(`${cell.granted}/link/secret.txt`)),
};
