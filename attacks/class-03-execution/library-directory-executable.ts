// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { accessSync, constants, type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";

/** Nothing, where this user may not look: a disk's lost+found is root's alone. */
function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Some executable below /usr/lib that is no library: every distribution has helpers there. */
function someHelper(directory: string, depth: number): string | undefined {
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && depth > 0) {
      const found = someHelper(path, depth - 1);
      if (found !== undefined) return found;
    }
    if (!entry.isFile() || entry.name.includes(".")) continue;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

export const hostile: Attack = {
  claim: "A grant to run one executable is none for the executables among the libraries that it needs",
  proof: "word",
  grants: (site) => [`--allow-fs-read=${site.native.tool}`, `--allow-run=${site.native.tool}`],
  prepare: () => {
    const path = someHelper("/usr/lib", 4);
    if (path === undefined) throw new Error("Expected an executable below /usr/lib");
    return { values: { path } };
  },
  program: (cell) => {
    const { spawnSync } = cell.node("node:child_process");
    const ended = spawnSync(cell.text("path"), ["--version"], { stdio: "ignore", timeout: 2000 });
    if (ended.error !== undefined && ended.pid === 0) throw ended.error;
    return `${cell.text("path")} ran: ${ended.status ?? ended.signal}`;
  },
};
