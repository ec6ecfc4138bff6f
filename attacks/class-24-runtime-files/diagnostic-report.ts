// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A diagnostic report is not written outside (CVE-2026-58039)",
  proof: "outside",
  program: (cell) => {
    if (process.report === undefined) return cell.refused("ENOSYS");
    process.report.writeReport(`${cell.outside}/report.json`);
    // It complains on stderr and does not throw; whether there is a file is for the host to see.
    return cell.refused("NO_EFFECT");
  },
};
