// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { runProgram } from "../../testing/program.ts";
import { type Finding, plant, type Planted } from "./plant.ts";

/** Builds a fuzzer with a mistake in the jail, and runs it as long as `npm test` does. */
export async function findInC(root: string, planted: Planted): Promise<Finding> {
  const jail = join(root, "jail");
  const directory = mkdtempSync(join(tmpdir(), "cordon-planted-"));
  try {
    const source = join(directory, basename(planted.file));
    const { fuzzer } = planted;
    writeFileSync(source, plant(readFileSync(join(jail, "src", planted.file), "utf8"), planted));
    const built = await runProgram(
      "make",
      ["-s", "-C", jail, "planted", `FUZZER=${fuzzer}`, `WITH=${source}`],
      root,
    );
    if (built.exitCode !== 0) throw new Error(`The planted mistake does not compile:\n${built.output}`);
    const inputs = [join(jail, "fuzz/corpus", fuzzer), join(jail, `fuzz/${fuzzer}.dict`)];
    const { exitCode, output } = await runProgram(`${source}.fuzz`, inputs, root);
    return { isFound: exitCode !== 0, output };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
