// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { runProgram } from "../testing/program.ts";

/** Runs a tool of node_modules/.bin: no problem if it exits with 0, else its output and the remedy. */
export async function runTool(
  root: string,
  tool: string,
  args: readonly string[],
  remedy: string,
): Promise<readonly string[]> {
  const { output, exitCode } = await runProgram(join(root, "node_modules/.bin", tool), args, root);
  return exitCode === 0 ? [] : [`${output.trim()}\n${remedy}`];
}
