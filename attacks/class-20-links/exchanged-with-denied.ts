// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A denied directory is not exchanged with another (RENAME_EXCHANGE), nor its parent with another's",
  proof: "secret",
  refusals: ["EBUSY"],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--deny-fs-read=${join(site.granted, "sub", "private")}`,
    `--deny-fs-write=${join(site.granted, "sub", "private")}`,
  ],
  prepare: (site) => {
    mkdirSync(join(site.granted, "sub", "private"), { recursive: true });
    mkdirSync(join(site.granted, "other", "private"), { recursive: true });
    copyFileSync(site.secret, join(site.granted, "sub", "private", "secret.txt"));
    return { values: {} };
  },
  program: (cell) => {
    const native = cell.native();
    const { renameat2 = -1, openat = -1 } = native.numbers;
    const exchange = 2;
    const at = (path: string): string => `${cell.granted}/${path}`;
    native.call(renameat2, -100, at("sub/private"), -100, at("other/private"), exchange);
    native.call(renameat2, -100, at("sub"), -100, at("other"), exchange);
    let last = -1;
    for (const path of ["sub", "other"]) {
      last = native.call(openat, -100, at(`${path}/private/secret.txt`), 0, 0);
      if (last >= 0) return cell.loot(cell.node("node:fs").readFileSync(last));
    }
    return cell.check(last, "openat");
  },
};
