// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import { accessDenied, denialOf } from "../denial.ts";
import type { FileGuard } from "../fs/guard.ts";
import { toAbsolutePath } from "../fs/paths.ts";
import type { PathFunction } from "../fs/table.ts";
import { get } from "../pristine.ts";
import { replaceClass, replaceFunction } from "../replace.ts";
import { guardFunction } from "./process.ts";

const READ: PathFunction = { uses: ["read"] };
const WRITE: PathFunction = { uses: ["write"] };

/** `node:sqlite`: a database is a file, which not every Node's permission model sees. */
export function patchSqlite(module: object, { policy }: CellFacts, files: FileGuard): void {
  replaceClass(module, "DatabaseSync", (original, top) => (args, newTarget) => {
    const path = databaseFile(args[0]);
    if (path !== undefined) {
      const refusal =
        files.refuse(READ, [path]) ?? (isReadOnly(args[1]) ? undefined : files.refuse(WRITE, [path]));
      if (refusal !== undefined) throw accessDenied(refusal.denial, top);
    }
    return original(args, newTarget);
  });
  const { prototype } = get(module, "DatabaseSync") as { prototype: object };
  guardFunction(prototype, "loadExtension", (args) => {
    const path = toAbsolutePath(args[0]);
    return path === undefined ? undefined : denialOf(policy, { scope: "addon", path });
  });
  replaceFunction(module, "backup", (original, top) => (self, args) => {
    const refusal = files.refuse(WRITE, [args[1]]);
    if (refusal !== undefined) throw accessDenied(refusal.denial, top);
    return original(self, args);
  });
}

/** The file that a location stands for: a path, or a `file:` URL with SQLite's own options; undefined for memory. */
function databaseFile(location: unknown): string | undefined {
  const path = toAbsolutePath(location);
  if (location === ":memory:" || location === "" || path === undefined) return undefined;
  if (typeof location !== "string" || location.slice(0, 5) !== "file:") return path;
  const file = location
    .slice(5)
    .replace(/[?#].*$/, "")
    .replace(/^\/\/[^/]*/, "");
  return file === "" || file === ":memory:" || /[?&]mode=memory\b/.test(location)
    ? undefined
    : decodeURIComponent(file);
}

function isReadOnly(options: unknown): boolean {
  return typeof options === "object" && options !== null && get(options, "readOnly") === true;
}
