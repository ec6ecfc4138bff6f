// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "ptrace attaches to no other process",
  proof: "word",
  grants: nativeGrants,
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, dispose: canary.dispose };
  },
  program: (cell) => {
    const seize = 0x4206;
    return cell.call("ptrace", seize, cell.number("pid"), 0, 0);
  },
};
