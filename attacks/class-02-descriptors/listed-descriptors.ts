// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leakDescriptor } from "../harness/leak.ts";

export const hostile: Attack = {
  claim: "The links in /proc/self/fd lead to nothing outside",
  proof: "secret",
  prepare: (site) => leakDescriptor(site, site.outside),
  program: (cell) => {
    const fs = cell.node("node:fs");
    const found: string[] = [];
    for (const fd of fs.readdirSync("/proc/self/fd")) {
      try {
        found.push(cell.loot(fs.readFileSync(`/proc/self/fd/${fd}/secret.txt`)));
      } catch {}
    }
    return found.length > 0 ? found.join() : cell.refused("EBADF");
  },
};
