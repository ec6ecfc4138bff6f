// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Part } from "./part.ts";
import { runProgram } from "./program.ts";
import { add, readClosingLines } from "./tally.ts";

/** Each place in the jail's source where a cell's set-up can fail fails once, as root and as an ordinary user. */
export const faults: Part = {
  name: "faults",
  async run(root) {
    const program = join(root, "attacks/faults/main.ts");
    const { output, exitCode } = await runProgram(process.execPath, [program, "--depth=sites"], root);
    const tally = readClosingLines(output) ?? { passed: 0, failed: 0 };
    const isWhole = exitCode === 0 || tally.failed > 0;
    if (!isWhole || tally.failed > 0) console.log(output.trimEnd());
    return isWhole ? tally : add([tally, { passed: 0, failed: 1 }]);
  },
};
