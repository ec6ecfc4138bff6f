// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "process.report.directory does not lead a report outside (CVE-2026-48617)",
  proof: "outside",
  program: (cell) => {
    if (process.report === undefined) return cell.refused("ENOSYS");
    process.report.directory = cell.outside;
    process.report.filename = "report.json";
    process.report.writeReport();
    return cell.refused("NO_EFFECT");
  },
};
