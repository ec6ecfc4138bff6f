// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "/proc/self/fd/N/.. of a granted directory's descriptor leads nowhere",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  program: (cell) => {
    const fs = cell.node("node:fs");
    const fd = cell.setup(() => fs.openSync(cell.granted, "r"));
    return cell.loot(fs.readFileSync(`/proc/self/fd/${fd}/../outside/secret.txt`));
  },
};
