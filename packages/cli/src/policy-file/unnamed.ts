// SPDX-License-Identifier: Apache-2.0
import { lstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { RunOptions } from "../command-line/run-options.ts";

const USUAL = "cordon.json";

/**
 * The `./cordon.json` that lies there where none was named. It grants nothing: whoever wrote the program may have
 * written it, and so may a program that was let into the directory before.
 */
export function unnamedPolicy(
  { policyFile }: Pick<RunOptions, "policyFile">,
  directory: string,
): string | undefined {
  const file = join(directory, USUAL);
  // The usual case is that there is none: without the making of an error.
  if (policyFile !== undefined || lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    return realpathSync(file);
  } catch {
    return file; // a link to nothing yet
  }
}

/** What to say of it. */
export function warnAboutUnnamedPolicy(
  options: Pick<RunOptions, "policyFile">,
  directory: string,
): string | undefined {
  if (unnamedPolicy(options, directory) === undefined) return undefined;
  return `./${USUAL} grants nothing unless you name it. If it is yours: --policy=${USUAL}`;
}
