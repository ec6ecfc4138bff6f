// SPDX-License-Identifier: Apache-2.0
import { attack } from "../harness/attack.ts";
export const hostile = attack({
  claim: "lstat says nothing about a file outside (CVE-2024-22018)",
  proof: "word",
  program: (cell) => cell.node("node:fs").lstatSync(cell.secret).size,
});
