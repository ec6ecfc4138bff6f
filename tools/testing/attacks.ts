// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Part } from "./part.ts";
import { runProgram } from "./program.ts";
import { readClosingLines } from "./tally.ts";

/** The hostile programs, with all walls and with each wall removed, as root and as an ordinary user; and on the latter's floor. */
export const attacks: Part = {
  name: "attacks",
  async run(root) {
    const words = [join(root, "attacks/main.ts"), "--floor-of=ordinary"];
    const { output, exitCode } = await runProgram(process.execPath, words, root);
    const tally = readClosingLines(output);
    const isComplete = tally !== undefined && (exitCode === 0 || tally.failed > 0);
    if (!isComplete || tally.failed > 0) console.log(output.trimEnd());
    if (isComplete) return tally;
    console.log(
      `✗ the attack suite ended with ${exitCode} and without a line \`N passed, N failed\` that says why`,
    );
    return { passed: tally?.passed ?? 0, failed: (tally?.failed ?? 0) + 1 };
  },
};
