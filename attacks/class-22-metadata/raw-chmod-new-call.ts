// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "fchmodat2, which is newer than most allow-lists, changes no mode",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => {
    const fchmodat2 = 452;
    return cell.check(cell.native().call(fchmodat2, -100, `${cell.granted}/file.txt`, 0o640, 0), "fchmodat2");
  },
};
