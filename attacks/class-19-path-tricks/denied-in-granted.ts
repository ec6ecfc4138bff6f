// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { secretBelowGranted } from "../harness/secret-copies.ts";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A denied directory in a granted one cannot be read by a raw call",
  proof: "secret",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--deny-fs-read=${join(site.granted, "private")}`,
  ],
  prepare: (site) => secretBelowGranted(site, "private"),
  program: (cell) =>
    cell.loot(
      cell
        .node("node:fs")
        .readFileSync(cell.call("openat", -100, `${cell.granted}/private/secret.txt`, 0, 0)),
    ),
};
