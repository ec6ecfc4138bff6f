// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { secretBelowGranted } from "../harness/secret-copies.ts";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "Renaming the parent of a denied directory does not open it",
  proof: "secret",
  refusals: ["EBUSY"],
  grants: (site) => [
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--deny-fs-read=${join(site.granted, "sub", "private")}`,
    `--deny-fs-write=${join(site.granted, "sub", "private")}`,
  ],
  prepare: (site) => secretBelowGranted(site, "sub/private"),
  program: (cell) => {
    const fs = cell.node("node:fs");
    fs.renameSync(`${cell.granted}/sub`, `${cell.granted}/renamed`);
    return cell.loot(fs.readFileSync(`${cell.granted}/renamed/private/secret.txt`));
  },
};
