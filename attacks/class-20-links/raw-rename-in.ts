// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A file outside cannot be renamed into a granted directory, by a raw call either",
  proof: "secret",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  program: (cell) => {
    cell.call("renameat2", -100, cell.secret, -100, `${cell.granted}/taken`, 0);
    return cell.loot(cell.node("node:fs").readFileSync(`${cell.granted}/taken`));
  },
};
