// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { canaryProcess, diedOf } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A signal to a process group reaches nobody outside",
  proof: "host",
  prepare: async (site) => {
    const canary = await canaryProcess(site, { detached: true });
    return { values: { pid: canary.pid }, harmed: () => diedOf(canary), dispose: canary.dispose };
  },
  program: (cell) => process.kill(-cell.number("pid"), "SIGKILL"),
};
