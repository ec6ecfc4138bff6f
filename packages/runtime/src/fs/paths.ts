// SPDX-License-Identifier: Apache-2.0
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { types } from "node:util";
import { apply } from "../pristine.ts";

const { cwd } = process;
const { native: realpathNative } = realpathSync;
const { isUint8Array } = types;
const { utf8Slice } = Buffer.prototype as unknown as { utf8Slice: (...args: unknown[]) => string };

/**
 * The absolute path that an fs function will use, for any of the forms that such an argument can have. Every call
 * passes here, so it must hold with whatever built-ins the program left, without `withOwnBuiltins`.
 *
 * @returns undefined where it is no path: a descriptor, a FileHandle, or something that Node will refuse itself
 */
export function toAbsolutePath(argument: unknown): string | undefined {
  const text = toText(argument);
  if (text === undefined) return undefined;
  // `resolve` would ask process.cwd() for a relative path, which the program may have replaced.
  return text[0] === "/" ? resolve(text) : resolve(`${apply(cwd, process, [])}/${text}`);
}

/** A path argument as text, as it was written. */
export function toText(argument: unknown): string | undefined {
  if (typeof argument === "string") return argument;
  if (isUint8Array(argument)) return apply(utf8Slice, argument, []);
  if (typeof argument !== "object" || argument === null || !("href" in argument)) return undefined;
  try {
    return fileURLToPath(argument as URL);
  } catch {
    // Not a file URL: Node says so itself, and better.
    return undefined;
  }
}

/** Where a path leads: with its symlinks resolved, as far as it exists. */
export function whereItLeads(path: string): string {
  try {
    return realpathNative(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(whereItLeads(parent), basename(path));
  }
}
