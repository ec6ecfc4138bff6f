// SPDX-License-Identifier: Apache-2.0
import fs, { lstatSync } from "node:fs";
import { createRequire } from "node:module";
import { scopesOfFlags } from "../fs/flags.ts";
import { toAbsolutePath } from "../fs/paths.ts";
import { PATH_FUNCTIONS, type PathFunction, SINGLE_FUNCTIONS } from "../fs/table.ts";
import { replaceFunction } from "../replace.ts";

/** What is asked of a file. */
export interface FileUse {
  readonly scope: "fs.read" | "fs.write";
  readonly path: string;
}

// As it was before any wall of ours: asked here, it must not count as asked by the program.
const look = lstatSync;

/** Watches what is asked of files by `node:fs` and the loader, whatever becomes of it. */
export function observeFiles(watch: (use: FileUse) => void): void {
  const consider = (kind: PathFunction, args: readonly unknown[]): void => {
    for (const [index, use] of kind.uses.entries()) {
      const path = use === "none" ? undefined : toAbsolutePath(args[index]);
      if (path === undefined) continue;
      const scopes = use === "by-flags" ? scopesOfFlags(args[index + 1]) : use === "read" ? READ : WRITE;
      // What is not there looks the same with a grant and without.
      for (const scope of scopes) if (scope === "fs.write" || isThere(path)) watch({ scope, path });
    }
  };
  const observe = (holder: object, name: string, kind: PathFunction): void =>
    replaceFunction(holder, name, (original) => (self, args) => {
      consider(kind, args);
      return original(self, args);
    });
  for (const [name, kind] of Object.entries(PATH_FUNCTIONS)) {
    observe(fs, name, kind);
    observe(fs, `${name}Sync`, kind);
    observe(fs.promises, name, kind);
  }
  for (const [name, kind] of Object.entries(SINGLE_FUNCTIONS)) observe(fs, name, kind);
  for (const name of ["exists", "existsSync"]) observe(fs, name, { uses: ["read"] });

  const Module = createRequire(__filename)("node:module") as object;
  replaceFunction(Module, "_resolveFilename", (original) => (self, args) => {
    const found = original(self, args);
    if (typeof found === "string" && found.startsWith("/")) watch({ scope: "fs.read", path: found });
    return found;
  });
}

const READ = ["fs.read"] as const;
const WRITE = ["fs.write"] as const;

function isThere(path: string): boolean {
  try {
    return look(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // Refused, then: that is told as a refusal.
  }
}
