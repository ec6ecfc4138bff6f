// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "`..` after a granted directory leads nowhere",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(`${cell.granted}/../outside/secret.txt`)),
};
