// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "The report that Node writes when it dies of an uncaught error is not written outside",
  proof: "outside",
  endsSilently: true,
  program: (cell) => {
    const { report } = process;
    if (report === undefined) return cell.refused("ENOSYS");
    report.directory = cell.outside;
    report.filename = "report.json";
    report.reportOnUncaughtException = true;
    report.reportOnFatalError = true;
    setImmediate(() => {
      throw new Error("on purpose");
    });
    return new Promise(() => {});
  },
};
