// SPDX-License-Identifier: Apache-2.0
import type { Check } from "./check.ts";
import { runTool } from "./program.ts";

export const types: Check = {
  name: "types",
  claim: "tsc accepts every source",
  run: (root) =>
    runTool(root, "tsc", ["--project", "tsconfig.json", "--pretty", "false"], "Mend the lines named."),
};
