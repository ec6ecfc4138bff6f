// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { secretBelowGranted } from "../harness/secret-copies.ts";

export const hostile: Attack = {
  claim: "A file that the program gave up cannot be read by a raw call, by native code that was there before",
  proof: "secret",
  // Without mounts nothing holds it against native code: then the drop is refused, and the program knows.
  refusals: ["ERR_DROP_NOT_HELD", "EBUSY"],
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => secretBelowGranted(site, "outer/private"),
  program: (cell) => {
    cell.native();
    (process as { permission?: { drop?: (scope: string, reference?: string) => void } }).permission?.drop?.(
      "fs.read",
      `${cell.granted}/outer/private`,
    );
    return cell.loot(
      cell
        .node("node:fs")
        .readFileSync(cell.call("openat", -100, `${cell.granted}/outer/private/secret.txt`, 0, 0)),
    );
  },
};
