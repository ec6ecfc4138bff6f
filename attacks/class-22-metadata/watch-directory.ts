// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "watch reports nothing of a directory outside",
  proof: "word",
  program: (cell) => {
    cell.node("node:fs").watch(cell.outside);
    return "it is watched";
  },
};
