// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DirectoryFacts } from "./cgroups.ts";

/** A small file's text, or `null` if it does not exist or may not be read: for facts whose absence is one. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** Looks at a directory of a cgroup file system, v1 or v2. */
export function lookAtCgroup(directory: string): DirectoryFacts | null {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
  const words = (file: string): readonly string[] =>
    (readIfThere(join(directory, file)) ?? "").split(/\s+/).filter((word) => word !== "");
  const unified = existsSync(join(directory, "cgroup.controllers"));
  // cgroup.type is in every cgroup but the root, which alone may hold processes beside children with controllers.
  const root = !existsSync(join(directory, "cgroup.type"));
  return {
    writable: isWritable(directory) && isWritable(join(directory, "cgroup.procs")),
    controllers: words("cgroup.controllers"),
    subtree: words("cgroup.subtree_control"),
    occupied: unified && !root && words("cgroup.procs").length > 0,
  };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
