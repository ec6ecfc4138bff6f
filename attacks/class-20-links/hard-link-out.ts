// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A granted file cannot be linked to a place outside",
  proof: "outside",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  program: (cell) => cell.node("node:fs").linkSync(`${cell.granted}/file.txt`, `${cell.outside}/link`),
};
