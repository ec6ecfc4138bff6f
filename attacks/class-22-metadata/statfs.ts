// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "statfs says nothing about a directory outside (CVE-2023-32005)",
  proof: "word",
  program: (cell) => cell.node("node:fs").statfsSync(cell.outside).blocks,
};
