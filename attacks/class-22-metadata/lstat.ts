// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "lstat says nothing about a file outside (CVE-2024-22018)",
  proof: "word",
  program: (cell) => cell.node("node:fs").lstatSync(cell.secret).size,
};
