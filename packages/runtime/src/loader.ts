// SPDX-License-Identifier: Apache-2.0
import { dirname, resolve } from "node:path";
import type { Policy } from "@cordon/policy";
import { denialOf, markDenied } from "./denial.ts";
import { defineValue, get, withOwnBuiltins } from "./pristine.ts";

/**
 * A module that lies behind a wall looks absent to the loader, and stays so. If the program named the very file, the
 * error also says which grant would show it; for a name looked up through `node_modules` no single grant is meant.
 */
export function explainMissingModule(policy: Policy, error: unknown, id: unknown, parent: unknown): void {
  if (!(error instanceof Error) || typeof id !== "string") return;
  const code: unknown = get(error, "code");
  if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") return;
  // The error passes each module on its way up; the innermost, which comes first, is the one that asked.
  if (get(error, "grant") !== undefined) return;
  const path = withOwnBuiltins(() => {
    if (id.startsWith("/")) return resolve(id);
    return id.startsWith(".") && typeof parent === "string" ? resolve(dirname(parent), id) : undefined;
  });
  if (path === undefined || isProgramsOwn(path)) return;
  const denial = denialOf(policy, { scope: "fs.read", path });
  if (denial !== undefined) markDenied(error, denial, true);
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
  const { permission } = process as { permission?: { has(scope: string, path: string): boolean } };
  return permission?.has("fs.read", path) === true;
}
