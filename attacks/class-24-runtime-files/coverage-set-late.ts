// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "Coverage that is switched on at run time (v8.takeCoverage, a variable set late) writes nothing outside",
  proof: "outside",
  control: {
    root: { none: "Node reads the variable when it starts: set late it does nothing, with walls or without" },
    ordinary: {
      none: "Node reads the variable when it starts: set late it does nothing, with walls or without",
    },
  },
  program: (cell) => {
    process.env["NODE_V8_COVERAGE"] = `${cell.outside}/coverage`;
    const v8 = cell.node("node:v8");
    v8.takeCoverage();
    v8.stopCoverage();
    return cell.refused("NO_EFFECT");
  },
};
