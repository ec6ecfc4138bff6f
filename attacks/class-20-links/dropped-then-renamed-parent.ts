// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { secretBelowGranted } from "../harness/secret-copies.ts";

export const hostile: Attack = {
  claim:
    "What was given up stays so under another name: its parent renamed, itself linked, its cover unmounted",
  proof: "secret",
  // Without mounts nothing holds it against native code: then the drop is refused, and the program knows.
  refusals: ["ERR_DROP_NOT_HELD", "EBUSY"],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  prepare: (site) => secretBelowGranted(site, "outer/private"),
  program: (cell) => {
    const fs = cell.node("node:fs");
    const { granted } = cell;
    cell.native();
    (process as { permission?: { drop?: (scope: string, reference?: string) => void } }).permission?.drop?.(
      "fs.read",
      `${granted}/outer/private`,
    );
    const codes: string[] = [];
    const open = (path: string): string => cell.loot(fs.readFileSync(cell.call("openat", -100, path, 0, 0)));
    const ways: (() => string)[] = [
      () => {
        cell.call("linkat", -100, `${granted}/outer/private/secret.txt`, -100, `${granted}/linked`, 0);
        return open(`${granted}/linked`);
      },
      () => {
        cell.call("umount2", `${granted}/outer/private`, 2);
        return open(`${granted}/outer/private/secret.txt`);
      },
      () => {
        cell.call("renameat2", -100, `${granted}/outer/private`, -100, `${granted}/moved`, 0);
        return open(`${granted}/moved/secret.txt`);
      },
      () => {
        cell.call("renameat2", -100, `${granted}/outer`, -100, `${granted}/other`, 0);
        return open(`${granted}/other/private/secret.txt`);
      },
    ];
    for (const way of ways) {
      try {
        return way();
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes[0] ?? "EACCES", codes.join());
  },
};
