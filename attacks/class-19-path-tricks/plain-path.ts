// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A file that is not granted cannot be read by its path",
  proof: "secret",
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(cell.secret)),
};
