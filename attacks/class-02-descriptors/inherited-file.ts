// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leakDescriptor } from "../harness/leak.ts";

export const hostile: Attack = {
  claim: "A file that the host holds open without close-on-exec does not reach the program",
  proof: "secret",
  prepare: (site) => leakDescriptor(site, site.secret),
  program: (cell) => {
    const fs = cell.node("node:fs");
    const found: string[] = [];
    for (let fd = 3; fd < 128; fd++) {
      const bytes = Buffer.alloc(256);
      try {
        if (!fs.fstatSync(fd).isFile()) continue;
        fs.readSync(fd, bytes, 0, 256, 0);
      } catch {
        continue;
      }
      if (bytes.includes("SECRET-")) found.push(cell.loot(bytes));
    }
    return found.length > 0 ? found.join() : cell.refused("EBADF");
  },
};
