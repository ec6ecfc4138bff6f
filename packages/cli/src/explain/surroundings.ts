// SPDX-License-Identifier: Apache-2.0
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { PathKind, Surroundings } from "@cordon/policy";
import { findExecutable } from "@cordon/walls";

const ANY_EXECUTE = 0o111;

/** What is there where the command was started. */
export function surroundings(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): Surroundings {
  return {
    directory,
    kindOf: (path) => kindOf(resolve(directory, path)),
    findsProgram: (name) =>
      !name.includes("/") && findExecutable(name, environment["PATH"] ?? "/usr/bin:/bin") !== undefined,
    hasVariable: (name) => environment[name] !== undefined,
  };
}

function kindOf(path: string): PathKind | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isSocket()) return "socket";
    if (!stats.isFile()) return "directory";
    return (stats.mode & ANY_EXECUTE) === 0 ? "file" : "program";
  } catch {
    return undefined; // a directory on the way that we may not look into: as if nothing were there
  }
}
