// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "The report that Node writes on a signal is not written outside",
  proof: "outside",
  // Node's handler of the signal throws what the report was refused with, and nobody can catch that.
  endsSilently: true,
  program: async (cell) => {
    const { report } = process;
    if (report === undefined) return cell.refused("ENOSYS");
    report.directory = cell.outside;
    report.filename = "report.json";
    report.signal = "SIGUSR2";
    report.reportOnSignal = true;
    process.kill(process.pid, "SIGUSR2");
    await cell.sleep(100);
    return cell.refused("NO_EFFECT");
  },
};
