// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim:
    "A denied directory that an earlier run replaced by a link stays denied, and so does what it points to",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--deny-fs-read=${join(site.granted, "private")}`],
  startRefusals: ["ERR_DENY_MISSING_PATH", "ERR_NOT_ENFORCEABLE"],
  prepare: (site) => {
    mkdirSync(join(site.granted, "real"));
    copyFileSync(site.secret, join(site.granted, "real", "secret.txt"));
    symlinkSync("real", join(site.granted, "private"));
    return { values: {} };
  },
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(`${cell.granted}/private/secret.txt`)),
};
