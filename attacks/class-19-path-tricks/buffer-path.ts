// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A path in a Buffer with `..` in it leads nowhere (CVE-2023-32004)",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  program: (cell) =>
    cell.loot(cell.node("node:fs").readFileSync(Buffer.from(`${cell.granted}/../outside/secret.txt`))),
};
