// SPDX-License-Identifier: Apache-2.0
import { renameSync, rmSync, writeFileSync } from "node:fs";
import type { CordonError } from "@cordon/policy";
import { usageError } from "./usage-error.ts";

/**
 * The error for a place that somebody named and that does not take what is to be written there.
 *
 * @param origin the flag or the command that it was named by
 * @param cause what the system said; anything else is thrown again, for it is a mistake of ours
 */
export function unwritable(origin: string, path: string, cause: unknown): CordonError {
  if (!(cause instanceof Error && "code" in cause && "syscall" in cause)) throw cause;
  const problem = `${origin}: ${path} cannot be written (${String(cause.code)}).`;
  return usageError(problem, "Name a place that this user may write to, with room on its disk.");
}

/** Puts a text in a file's place: whole, or not at all. A link that lies there is replaced, never followed. */
export function replaceFile(origin: string, file: string, text: string): void {
  const draft = `${file}.new`;
  try {
    rmSync(draft, { force: true });
    writeFileSync(draft, text, { flag: "wx" });
    renameSync(draft, file);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw unwritable(origin, file, cause);
  }
}
