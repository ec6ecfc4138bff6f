// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "mkdtemp makes no directory outside (CVE-2023-32003)",
  proof: "outside",
  program: (cell) => cell.node("node:fs").mkdtempSync(`${cell.outside}/made-`),
};
