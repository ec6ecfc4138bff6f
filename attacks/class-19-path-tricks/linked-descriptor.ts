// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "An O_PATH descriptor of a file outside is not linked into a granted directory",
  proof: "secret",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  program: (cell) => {
    const pathOnly = 0o10000000;
    const follow = 0x400;
    const fd = cell.call("openat", -100, cell.secret, pathOnly, 0);
    cell.call("linkat", -100, `/proc/self/fd/${fd}`, -100, `${cell.granted}/taken`, follow);
    return cell.loot(cell.node("node:fs").readFileSync(`${cell.granted}/taken`));
  },
};
