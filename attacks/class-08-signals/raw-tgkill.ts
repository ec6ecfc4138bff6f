// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess, diedOf } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "tgkill reaches no thread outside",
  proof: "host",
  grants: nativeGrants,
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, harmed: () => diedOf(canary), dispose: canary.dispose };
  },
  program: (cell) => cell.call("tgkill", cell.number("pid"), cell.number("pid"), 9),
};
