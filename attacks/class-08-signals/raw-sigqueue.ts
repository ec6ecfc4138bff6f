// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess, diedOf } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "rt_sigqueueinfo reaches no process outside",
  proof: "host",
  grants: nativeGrants,
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, harmed: () => diedOf(canary), dispose: canary.dispose };
  },
  program: (cell) => {
    const information = Buffer.alloc(128);
    information.writeInt32LE(15, 0);
    information.writeInt32LE(-1, 8); // SI_QUEUE
    return cell.call("rt_sigqueueinfo", cell.number("pid"), 15, information);
  },
};
