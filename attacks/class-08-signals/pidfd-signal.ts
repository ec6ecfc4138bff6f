// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess, diedOf } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "pidfd_send_signal reaches no process outside",
  proof: "host",
  grants: nativeGrants,
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, harmed: () => diedOf(canary), dispose: canary.dispose };
  },
  program: (cell) => {
    const pidfd = cell.call("pidfd_open", cell.number("pid"), 0);
    return cell.call("pidfd_send_signal", pidfd, 9, null, 0);
  },
};
