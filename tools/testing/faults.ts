// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Part } from "./part.ts";
import { runProgram } from "./program.ts";
import { add, readClosingLines } from "./tally.ts";

function program(name: string, path: string, ...words: readonly string[]): Part {
  return {
    name,
    async run(root) {
      const { output, exitCode } = await runProgram(process.execPath, [join(root, path), ...words], root);
      const tally = readClosingLines(output) ?? { passed: 0, failed: 0 };
      const isWhole = exitCode === 0 || tally.failed > 0;
      if (!isWhole || tally.failed > 0) console.log(output.trimEnd());
      return isWhole ? tally : add([tally, { passed: 0, failed: 1 }]);
    },
  };
}

/** Each place in the jail's source where a cell's set-up can fail fails once, as root and as an ordinary user. */
export const faults: Part = program("faults", "attacks/faults/main.ts", "--depth=sites");

/** Each process of a usual cell is killed at each of those places, and its supervisor while it stands there. */
export const kills: Part = program("kills", "attacks/faults/main.ts", "--kills", "--only=all walls");

/** Supervisors, inits, programs and hosts are killed at random moments, as root's and as an ordinary user's. */
export const soak: Part = program("soak", "attacks/soak/main.ts", "--kills=200", "--seconds=12");
