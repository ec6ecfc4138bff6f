// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { LISTED } from "@cordon/policy";
import { usageError } from "../command-line/usage-error.ts";

/** What `integrity` says of files: by their paths from a directory. A link is pinned as what it leads to. */
export function hashFiles(paths: readonly string[], from: string): Readonly<Record<string, string>> {
  const entries: Record<string, string> = {};
  for (const path of paths) {
    const absolute = realpath(path);
    if (lstatSync(absolute).isDirectory()) {
      entries[`${named(absolute, from)}/`] = LISTED;
      for (const file of filesBelow(absolute)) entries[named(file, from)] = hashOf(file);
    } else entries[named(absolute, from)] = hashOf(absolute);
  }
  return entries;
}

function realpath(path: string): string {
  try {
    return realpathSync(resolve(path));
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw usageError(
      `integrity: ${path} cannot be read (${code}).`,
      "Name files and directories that are there.",
    );
  }
}

/** `./lib/a.js`; a path that is not below the policy's directory stays absolute. */
function named(path: string, from: string): string {
  const short = relative(from, path);
  return short.startsWith("..") ? path : short === "" ? "." : `./${short}`;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    if (entry.isFile()) return [path];
    throw usageError(
      `integrity: ${path} is a link, or no file.`,
      "Pin the files of the directory one by one, and what the link leads to.",
    );
  });
}

function hashOf(file: string): string {
  return `sha256-${createHash("sha256").update(readFileSync(file)).digest("base64")}`;
}
