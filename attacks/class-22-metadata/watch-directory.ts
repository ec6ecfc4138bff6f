// SPDX-License-Identifier: Apache-2.0
import { attack } from "../harness/attack.ts";
export const hostile = attack({
  claim: "watch reports nothing of a directory outside",
  proof: "word",
  program: (cell) => {
    cell.node("node:fs").watch(cell.outside);
    return "it is watched";
  },
});
