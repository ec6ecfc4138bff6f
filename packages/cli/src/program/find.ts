// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CordonError } from "@cordon/policy";
import { scriptOf } from "./script-of.ts";

const HEAD_BYTES = 4096;

/**
 * The script that a name on the command line stands for: a file, else a program of the nearest `node_modules/.bin` that
 * has it, as npx finds it. A name with a slash is always a file.
 *
 * @returns an absolute path
 */
export function findProgram(name: string, directory: string): string {
  const file = asFile(resolve(directory, name));
  if (file !== undefined) return file;
  if (!name.includes("/")) {
    const program = findInBin(name, directory);
    if (program !== undefined) return scriptOfBin(program);
  }
  throw new CordonError("ERR_PROGRAM_NOT_FOUND", {
    name,
    looked: name.includes("/") ? "" : " and no program of a node_modules/.bin here or above",
  });
}

/** Whether Node would take a file for a script, by its name or its first line. */
export function isScript(path: string): boolean {
  return scriptOf(path, readHead(path)) !== undefined;
}

/** As `node` takes a script's name: the file, or the file with `.js` after it. */
function asFile(path: string): string | undefined {
  return [path, `${path}.js`].find(isFile);
}

function findInBin(name: string, directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const candidate = join(at, "node_modules/.bin", name);
    if (isFile(candidate)) return candidate;
    if (at === dirname(at)) return undefined;
  }
}

function scriptOfBin(path: string): string {
  // The link in .bin is outside the package; what it points to is what Node would load.
  const program = realpathSync(path);
  const script = scriptOf(program, readHead(program));
  if (script === undefined) throw new CordonError("ERR_PROGRAM_NOT_EXECUTABLE", { path: program });
  return script === program ? program : realpathSync(script);
}

function readHead(path: string): string {
  const descriptor = openSync(path, "r");
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.toString("latin1", 0, readSync(descriptor, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
