// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "No raw link(2) brings a file in from outside, or takes one out",
  proof: "secret",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  program: (cell) => {
    const native = cell.native();
    const linkat = native.numbers["linkat"] ?? -1;
    native.call(linkat, -100, `${cell.granted}/file.txt`, -100, `${cell.outside}/link`, 0);
    cell.call("linkat", -100, cell.secret, -100, `${cell.granted}/link`, 0);
    return cell.loot(cell.node("node:fs").readFileSync(`${cell.granted}/link`));
  },
};
