// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "openat from a directory that is the program's stdin does not lead outside",
  proof: "secret",
  startRefusals: ["ERR_CELL_START"],
  grants: nativeGrants,
  within: (site, command) => ["/bin/sh", "-c", `exec "$@" < ${site.granted}`, "sh", ...command],
  program: (cell) => {
    const opened = cell.call("openat", 0, "../outside/secret.txt", 0, 0);
    return cell.loot(cell.node("node:fs").readFileSync(opened));
  },
};
