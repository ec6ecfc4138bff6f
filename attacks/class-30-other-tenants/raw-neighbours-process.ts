// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { unharmed } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim: "A raw kill, tgkill or pidfd does not reach another tenant's app either",
  proof: "host",
  prepare: unharmed,
  grants: nativeGrants,
  program: (cell) => {
    const native = cell.native();
    const pid = cell.number("pid");
    const call = (name: string, ...words: number[]): number =>
      native.call(native.numbers[name] ?? -1, ...words);
    const pidfd = native.numbers["pidfd_open"] === undefined ? -1 : call("pidfd_open", pid, 0);
    const results = [call("kill", pid, 9), call("tgkill", pid, pid, 9)];
    if (pidfd >= 0) results.push(call("pidfd_send_signal", pidfd, 9, 0, 0));
    const failed = results.find((result) => result < 0);
    if (failed !== undefined) cell.check(failed, "signal");
    return results.join();
  },
};
