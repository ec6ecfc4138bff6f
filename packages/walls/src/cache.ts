// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// What was found out about a file or a machine, in the user's own cache. Nothing that is only there is ever needed:
// whoever reads it can find it out anew, and what a plan gets wrong by it, the jail refuses.

/** Where it is kept. */
export function cacheDirectory(): string {
  const { XDG_CACHE_HOME: cacheHome, HOME: home } = process.env;
  // Loading node:os takes 1 ms of every start.
  return join(cacheHome || join(home || process.getBuiltinModule("node:os").homedir(), ".cache"), "cordon");
}

/** What was kept under this name; `undefined` if there is nothing that can be read. The caller checks its shape. */
export function readCache(name: string): unknown {
  try {
    return JSON.parse(readFileSync(join(cacheDirectory(), `${name}.json`), "utf8"));
  } catch {
    return undefined;
  }
}

/** Keeps a value of plain data. A cache that cannot be written costs the next start some time and nothing else. */
export function writeCache(name: string, value: unknown): void {
  const file = join(cacheDirectory(), `${name}.json`);
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(cacheDirectory(), { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify(value), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    // A read-only home is no reason to refuse the run.
  }
}
