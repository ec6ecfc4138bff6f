// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "pidfd_getfd takes no descriptor from another process",
  proof: "secret",
  grants: nativeGrants,
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, dispose: canary.dispose };
  },
  program: (cell) => {
    const pidfd = cell.call("pidfd_open", cell.number("pid"), 0);
    const fd = cell.call("pidfd_getfd", pidfd, 9, 0);
    const bytes = Buffer.alloc(256);
    cell.node("node:fs").readSync(fd, bytes, 0, 256, 0);
    return cell.loot(bytes);
  },
};
