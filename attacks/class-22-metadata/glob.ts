// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "glob lists nothing outside",
  proof: "word",
  program: (cell) => {
    const found = cell.node("node:fs").globSync("*.txt", { cwd: cell.outside });
    return found.length > 0 ? found.join() : cell.refused("EMPTY");
  },
};
