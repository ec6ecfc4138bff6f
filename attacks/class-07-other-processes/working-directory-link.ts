// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { canaryProcess } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "/proc/PID/cwd of another process leads nowhere",
  proof: "secret",
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, dispose: canary.dispose };
  },
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(`/proc/${cell.text("pid")}/cwd/secret.txt`)),
};
