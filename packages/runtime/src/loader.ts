// SPDX-License-Identifier: Apache-2.0
import { dirname, resolve } from "node:path";
import type { Denial } from "@cordon/policy";
import type { CellFacts } from "./cell.ts";
import { denialOf, isForbidden, markDenied } from "./denial.ts";
import { toAbsolutePath } from "./fs/paths.ts";
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

/** What Node refused to look at, if nothing but the lack of a grant refuses it; a denial is no absence. */
function ungranted(cell: CellFacts, error: unknown): Denial | undefined {
  if (!(error instanceof Error) || get(error, "code") !== "ERR_ACCESS_DENIED") return undefined;
  if (get(error, "permission") !== "FileSystemRead" || get(error, "grant") !== undefined) return undefined;
  const path = toAbsolutePath(get(error, "resource"));
  if (path === undefined || isForbidden(cell.policy, { scope: "fs.read", path })) return undefined;
  return denialOf(cell.policy, { scope: "fs.read", path });
}

/**
 * A look-up that leads out of the directory stops at the wall as if nothing were there. Node before 24 looks at what it may
 * not, and fails with that; its error is replaced by the one that a machine without these files would give.
 */
export function absentModule(cell: CellFacts, error: unknown, id: unknown): Error | undefined {
  const denial = ungranted(cell, error);
  if (denial === undefined) return undefined;
  const absent = withOwnBuiltins(() => {
    const made = new Error(`Cannot find module '${String(id)}'`, { cause: error });
    defineValue(made, "code", "MODULE_NOT_FOUND");
    defineValue(made, "requireStack", []);
    return made;
  });
  return markDenied(absent, denial, true);
}

/** The same for `import`, whose error is on its way already. */
export function makeAbsent(cell: CellFacts, error: unknown): void {
  const denial = ungranted(cell, error);
  if (denial === undefined || !(error instanceof Error)) return;
  withOwnBuiltins(() => {
    const { message, stack = "" } = error;
    const said = `Cannot find '${denial.resource}'`;
    defineValue(error, "message", said, false);
    defineValue(error, "stack", stack.replace(message, said), false);
    defineValue(error, "code", "ERR_MODULE_NOT_FOUND");
  });
  markDenied(error, denial, true);
}

/** Node grants more than the policy: the program's own files. One that is missing there is missing. */
function isProgramsOwn(path: string): boolean {
  return nodeGrants("fs.read", path);
}
