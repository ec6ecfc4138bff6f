// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A link in the place of a granted executable, or a PATH of the program's own, starts no other",
  proof: "word",
  grants: (site) => [
    `--allow-fs-read=${site.granted},${site.native.tool},${site.native.dynamicTool}`,
    `--allow-fs-write=${site.granted}`,
    `--allow-run=${site.native.tool}`,
  ],
  program: (cell) => {
    const fs = cell.node("node:fs");
    const codes: string[] = [];
    const attempt = (step: () => unknown): void => {
      try {
        step();
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    };
    attempt(() => fs.symlinkSync(cell.dynamicTool, `${cell.granted}/tool`));
    attempt(() => cell.execute(`${cell.granted}/tool`, ["say"]));
    attempt(() => cell.execute("tool", ["say"], { PATH: cell.granted }));
    attempt(() => cell.execute("/bin/sh", ["-c", `${cell.granted}/tool say`]));
    // Each of these says so itself if it ran.
    return codes.length < 3 ? "something else ran" : cell.refused(codes.at(-1) ?? "EACCES", codes.join());
  },
};
