// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess, diedOf } from "../harness/canary.ts";
export const hostile: Attack = {
  claim: "The 32-bit entry sends no signal outside",
  proof: "host",
  grants: nativeGrants,
  endsSilently: true,
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, harmed: () => diedOf(canary), dispose: canary.dispose };
  },
  program: (cell) => {
    const kill = 37;
    return cell.check(cell.native().compat(kill, cell.number("pid"), 9), "kill by int 0x80");
  },
};
