// SPDX-License-Identifier: Apache-2.0
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { join } from "node:path";

const commandLine = join(import.meta.dirname, "..", "..", "packages", "cli", "bin", "cordon.js");

/** What `cordon run` makes, from outside, of a directory that a hostile program could write to before. */
export function nextRun(directory: string, ...words: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [commandLine, "run", ...words], {
    cwd: directory,
    encoding: "utf8",
    timeout: 10_000,
  });
}
