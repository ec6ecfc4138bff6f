// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "/proc/PID/fd of another process leads nowhere",
  proof: "secret",
  grants: nativeGrants,
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, dispose: canary.dispose };
  },
  program: (cell) => {
    // By a raw call, so that the kernel's walls answer and not the runtime.
    const fd = cell.call("openat", -100, `/proc/${cell.text("pid")}/fd/9`, 0, 0);
    return cell.loot(cell.node("node:fs").readFileSync(fd));
  },
};
