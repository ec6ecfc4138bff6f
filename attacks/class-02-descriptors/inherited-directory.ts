// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { leakDescriptor } from "../harness/leak.ts";

export const hostile: Attack = {
  claim: "openat from a directory that the host holds open does not lead outside",
  proof: "secret",
  grants: nativeGrants,
  prepare: (site) => leakDescriptor(site, site.granted),
  program: (cell) => {
    const fs = cell.node("node:fs");
    const native = cell.native();
    const found: string[] = [];
    for (let fd = 3; fd < 128; fd++) {
      const opened = native.call(native.numbers["openat"] ?? 0, fd, "../outside/secret.txt", 0, 0);
      if (opened >= 0) found.push(cell.loot(fs.readFileSync(opened)));
    }
    return found.length > 0 ? found.join() : cell.refused("EBADF");
  },
};
