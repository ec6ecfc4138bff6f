// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "setns joins no namespace of a process outside",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, dispose: canary.dispose };
  },
  program: (cell) => {
    const pidfd = cell.call("pidfd_open", cell.number("pid"), 0);
    const newNetwork = 0x40000000;
    return cell.call("setns", pidfd, newNetwork);
  },
};
