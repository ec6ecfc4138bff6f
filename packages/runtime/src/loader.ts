// SPDX-License-Identifier: Apache-2.0
import { dirname, resolve } from "node:path";
import type { CellFacts } from "./cell.ts";
import { denialOf, markDenied } from "./denial.ts";
import { nodeGrants } from "./permission/node.ts";
import { defineValue, get, withOwnBuiltins } from "./pristine.ts";

/**
 * A module that lies behind a wall looks absent to the loader, and stays so; the error also says which grant would show
 * it: the file that the program named, or the package in the nearest directory of packages that it may not read.
 *
 * @param id what was asked for; read off the error where Node says it there alone
 * @param parent the file that asked
 */
export function explainMissingModule(cell: CellFacts, error: unknown, id?: unknown, parent?: unknown): void {
  if (!(error instanceof Error)) return;
  const code: unknown = get(error, "code");
  if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") return;
  // The error passes each module on its way up; the innermost, which comes first, is the one that asked.
  if (get(error, "grant") !== undefined) return;
  const { message } = error;
  const path = withOwnBuiltins(() => {
    // "Cannot find package 'x' imported from /a/b.js", "Cannot find module '/a/c.js' imported from /a/b.js"
    const said = /^Cannot find (?:package|module) '([^']+)' imported from (\S+)/.exec(message);
    return pathOf(cell, said?.[1] ?? id, said?.[2] ?? parent);
  });
  if (path === undefined || isProgramsOwn(path)) return;
  const denial = denialOf(cell.policy, { scope: "fs.read", path });
  if (denial !== undefined) markDenied(error, denial, true);
}

function pathOf(cell: CellFacts, id: unknown, parent: unknown): string | undefined {
  if (typeof id !== "string") return undefined;
  if (id.startsWith("/")) return resolve(id);
  const directory = typeof parent === "string" && parent.startsWith("/") ? dirname(parent) : process.cwd();
  if (id.startsWith(".")) return resolve(directory, id);
  const name = id.split("/", id.startsWith("@") ? 2 : 1).join("/");
  const places = cell.packages.filter((place) =>
    `${directory}/`.startsWith(`${dirname(place)}/`.replace("//", "/")),
  );
  return places.map((place) => `${place}/${name}`).find((place) => !isProgramsOwn(place));
}

/**
 * A look-up through `node_modules` that goes up the tree stops at the wall as if nothing were there. Node reads the
 * package.json of a directory that it may see but not read, and fails with that.
 */
export function absentModule(error: unknown, id: unknown): unknown {
  if (!(error instanceof Error) || get(error, "code") !== "ERR_ACCESS_DENIED") return error;
  if (typeof id !== "string" || id[0] === "." || id[0] === "/") return error;
  return withOwnBuiltins(() => {
    const message = `Cannot find module '${id}'. ${error.message}`;
    const absent = new Error(message, { cause: error });
    for (const key of ["permission", "resource", "scope", "grant"]) defineValue(absent, key, get(error, key));
    defineValue(absent, "code", "MODULE_NOT_FOUND");
    defineValue(absent, "requireStack", []);
    return absent;
  });
}

/** Node grants more than the policy: the program's own files. One that is missing there is missing. */
function isProgramsOwn(path: string): boolean {
  return nodeGrants("fs.read", path);
}
