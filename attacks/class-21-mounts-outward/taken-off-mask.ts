// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { secretBelowGranted } from "../harness/secret-copies.ts";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "What covers a denied directory is not taken off (umount)",
  proof: "secret",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--deny-fs-read=${join(site.granted, "private")}`,
  ],
  prepare: (site) => secretBelowGranted(site, "private"),
  program: (cell) => {
    const native = cell.native();
    const detach = 2;
    const result = native.call(native.numbers["umount2"] ?? -1, `${cell.granted}/private`, detach);
    const fd = cell.call("openat", -100, `${cell.granted}/private/secret.txt`, 0, 0);
    return `umount2 ${result}: ${cell.loot(cell.node("node:fs").readFileSync(fd))}`;
  },
};
