// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A heap snapshot is not written outside",
  proof: "outside",
  program: (cell) => {
    cell.node("node:v8").writeHeapSnapshot(`${cell.outside}/heap.heapsnapshot`);
    return cell.refused("NO_EFFECT");
  },
};
