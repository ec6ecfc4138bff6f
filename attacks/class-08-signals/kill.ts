// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { canaryProcess, diedOf } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "process.kill reaches no process outside",
  proof: "host",
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, harmed: () => diedOf(canary), dispose: canary.dispose };
  },
  program: (cell) => process.kill(cell.number("pid"), "SIGKILL"),
};
