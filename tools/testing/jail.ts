// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Part } from "./part.ts";
import { runProgram } from "./program.ts";
import { readClosingLines } from "./tally.ts";

/** The C unit tests and the bounded fuzzing of what reads others' bytes, under ASan and UBSan. */
export const jail: Part = {
  name: "jail",
  async run(root) {
    const { output, exitCode } = await runProgram("make", ["-s", "-C", join(root, "jail"), "check"], root);
    const tally = readClosingLines(output);
    const isComplete = tally !== undefined && (exitCode === 0 || tally.failed > 0);
    if (!isComplete || tally.failed > 0) console.log(output.trimEnd());
    if (isComplete) return tally;
    console.log(
      `✗ make check ended with ${exitCode}, and its output has no line \`N passed, N failed\` that says why`,
    );
    return { passed: tally?.passed ?? 0, failed: (tally?.failed ?? 0) + 1 };
  },
};
