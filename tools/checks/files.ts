// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import { join } from "node:path";

const NOT_OURS = new Set(["node_modules", "build", "dist", ".git", ".cordon"]);
const SOURCE = /\.(?:ts|tsx|js|mjs|cjs|c|h|css)$/;

/** Every file of the repository that somebody wrote, relative to its root, sorted. */
export function listFiles(root: string, below = ""): readonly string[] {
  return readdirSync(join(root, below), { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(root, path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

/** Those of them that are source code. */
export function listSources(root: string, below = ""): readonly string[] {
  return listFiles(root, below).filter((path) => SOURCE.test(path));
}
