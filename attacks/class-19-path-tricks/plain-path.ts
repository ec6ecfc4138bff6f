// SPDX-License-Identifier: Apache-2.0
import { attack } from "../harness/attack.ts";
export const hostile = attack({
  claim: "A file that is not granted cannot be read by its path",
  proof: "secret",
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(cell.secret)),
});
