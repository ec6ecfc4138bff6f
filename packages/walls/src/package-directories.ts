// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A path and the directories above it, up to the root. */
function upwards(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...upwards(above)];
}

/**
 * The `node_modules` directories in which Node's loader looks for packages from these directories, the nearest first.
 * Only those that are there.
 */
export function packageDirectories(directories: readonly string[]): readonly string[] {
  const places = new Set(directories.flatMap(upwards).map((directory) => join(directory, "node_modules")));
  return [...places].filter((place) => existsSync(place)).sort((a, b) => b.length - a.length);
}
