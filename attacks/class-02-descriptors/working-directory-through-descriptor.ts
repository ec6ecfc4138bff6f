// SPDX-License-Identifier: Apache-2.0
import { attack } from "../harness/attack.ts";
import { leakDescriptor } from "../harness/leak.ts";

export const hostile = attack({
  claim:
    "The working directory cannot be set through /proc/self/fd/N to a directory outside (CVE-2024-21626)",
  proof: "secret",
  prepare: (site) => leakDescriptor(site, site.outside),
  program: (cell) => {
    const fs = cell.node("node:fs");
    for (let fd = 3; fd < 128; fd++) {
      try {
        process.chdir(`/proc/self/fd/${fd}`);
        return cell.loot(fs.readFileSync("secret.txt"));
      } catch {}
    }
    return cell.refused("EBADF");
  },
});
