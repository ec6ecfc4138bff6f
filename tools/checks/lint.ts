// SPDX-License-Identifier: Apache-2.0
import type { Check } from "./check.ts";
import { runTool } from "./program.ts";

export const lint: Check = {
  name: "lint",
  claim: "oxlint finds nothing, with types taken into account",
  run: (root) =>
    runTool(
      root,
      "oxlint",
      ["--type-aware", "--deny-warnings", "--format=unix", "."],
      "Mend the lines named; the rules are in .oxlintrc.json.",
    ),
};
