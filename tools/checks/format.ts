// SPDX-License-Identifier: Apache-2.0
import type { Check } from "./check.ts";
import { runTool } from "./program.ts";

export const format: Check = {
  name: "format",
  claim: "biome would change nothing",
  run: (root) =>
    runTool(root, "biome", ["format", "--colors=off", "--max-diagnostics=20", "."], "Run `npm run format`."),
};
