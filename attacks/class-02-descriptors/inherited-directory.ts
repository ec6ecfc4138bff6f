// SPDX-License-Identifier: Apache-2.0
import { attack, nativeGrants } from "../harness/attack.ts";
import { leakDescriptor } from "../harness/leak.ts";

export const hostile = attack({
  claim: "openat from a directory that the host holds open does not lead outside",
  proof: "secret",
  grants: nativeGrants,
  prepare: (site) => leakDescriptor(site, site.granted),
  program: (cell) => {
    const fs = cell.node("node:fs");
    const native = cell.native();
    for (let fd = 3; fd < 128; fd++) {
      const found = native.call(native.numbers["openat"] ?? 0, fd, "../outside/secret.txt", 0, 0);
      if (found >= 0) return cell.loot(fs.readFileSync(found));
    }
    return cell.refused("EBADF");
  },
});
