// SPDX-License-Identifier: Apache-2.0
import { type CordonError, isCordonError } from "@cordon/policy";

// What shells and containers use for the same: the launcher failed, the program is none, the program is not there.
const LAUNCHER_FAILED = 125;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** Says on stderr what went wrong and what to do, and gives the exit code for it. */
export function reportError(error: unknown): number {
  if (!isCordonError(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`cordon: this is a mistake in Cordon itself; please report it.\n${text}\n`);
    return LAUNCHER_FAILED;
  }
  const { remedy } = error.details;
  process.stderr.write(`cordon: ${error.message}\n${remedy === undefined ? "" : `  ${remedy}\n`}`);
  return exitCodeOf(error);
}

function exitCodeOf({ code, details }: CordonError): number {
  if (code === "ERR_PROGRAM_NOT_FOUND") return NOT_FOUND;
  if (code === "ERR_PROGRAM_NOT_EXECUTABLE") return NOT_EXECUTABLE;
  if (details.step !== "exec") return LAUNCHER_FAILED;
  return details.errno === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE;
}
