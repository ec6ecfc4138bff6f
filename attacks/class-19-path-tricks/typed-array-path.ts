// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A path in a Uint8Array with `..` in it leads nowhere (CVE-2023-39332)",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  program: (cell) => {
    const path = new TextEncoder().encode(`${cell.granted}/../outside/secret.txt`);
    return cell.loot(cell.node("node:fs").readFileSync(path as Buffer));
  },
};
