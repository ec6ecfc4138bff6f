// SPDX-License-Identifier: Apache-2.0
import { attack } from "../harness/attack.ts";
import { leakDescriptor } from "../harness/leak.ts";

export const hostile = attack({
  claim: "A file that the host holds open without close-on-exec does not reach the program",
  proof: "secret",
  prepare: (site) => leakDescriptor(site, site.secret),
  program: (cell) => {
    const fs = cell.node("node:fs");
    for (let fd = 3; fd < 128; fd++) {
      const bytes = Buffer.alloc(256);
      try {
        if (!fs.fstatSync(fd).isFile()) continue;
        fs.readSync(fd, bytes, 0, 256, 0);
      } catch {
        continue;
      }
      if (bytes.includes("SECRET-")) return cell.loot(bytes);
    }
    return cell.refused("EBADF");
  },
});
