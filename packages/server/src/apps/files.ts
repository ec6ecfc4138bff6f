// SPDX-License-Identifier: Apache-2.0
import { readFile, readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { CordonError } from "@cordon/policy";

/** Whether a path, which the bundle's owner wrote, is a file of the bundle. */
export async function isFileIn(directory: string, path: string): Promise<boolean> {
  return (await locate(directory, path)) !== undefined;
}

/** The text of a file of a bundle, or nothing if there is none. Throws ERR_BUNDLE_INVALID above `most` bytes. */
export async function readTextIn(directory: string, path: string, most: number): Promise<string | undefined> {
  const file = await locate(directory, path);
  if (file === undefined) return undefined;
  if (file.size > most) {
    throw new CordonError("ERR_BUNDLE_INVALID", {
      entry: JSON.stringify(path),
      reason: `more than ${most} bytes`,
    });
  }
  return await readFile(file.path, "utf8");
}

/** The names at the top of a bundle. */
export async function namesAtTop(directory: string): Promise<readonly string[]> {
  return await readdir(directory);
}

async function locate(directory: string, path: string): Promise<{ path: string; size: number } | undefined> {
  if (path.includes("\0")) return undefined;
  const root = await realpath(directory);
  const end = await realpath(join(root, path)).catch(() => undefined);
  if (!end?.startsWith(root + sep)) return undefined;
  const found = await stat(end);
  return found.isFile() ? { path: end, size: found.size } : undefined;
}
