// SPDX-License-Identifier: Apache-2.0
import { isBuiltin } from "node:module";
import { deniedBuiltin, type Policy } from "@cordon/policy";
import { accessDenied, neverGranted } from "../denial.ts";
import { withOwnBuiltins } from "../pristine.ts";
import { type AnyFunction, replaceFunction } from "../replace.ts";

interface Resolution {
  readonly url: string;
}
type Resolve = (specifier: string, context: unknown, next: (...args: unknown[]) => Resolution) => Resolution;

let ours = false;

/** Runs what loads a built-in for ourselves: what is denied to the program is there for its walls. */
export function asOurs<Result>(task: () => Result): Result {
  const before = ours;
  ours = true;
  try {
    return task();
  } finally {
    ours = before;
  }
}

/**
 * Refuses the built-in modules that the policy denies, whichever way they are asked for. In a worker the preload does the
 * same. Where Node has no hooks for `import` (before 22.15), such a policy does not start.
 */
export function denyBuiltins({ builtins: { deny } }: Policy): void {
  if (deny.length === 0) return;
  const Module: object & { registerHooks?: (hooks: { resolve: Resolve }) => unknown } =
    require("node:module");
  const check = (id: unknown, top: AnyFunction): void => {
    if (ours || typeof id !== "string") return;
    const rule = withOwnBuiltins(() => (isBuiltin(id) ? deniedBuiltin(deny, id) : undefined));
    if (rule === undefined) return;
    const resource = id.startsWith("node:") ? id : `node:${id}`;
    throw accessDenied(neverGranted(resource, `the policy denies the built-in module ${rule.name}`), top);
  };
  replaceFunction(Module, "_load", (original, top) => (self, args) => {
    check(args[0], top);
    return original(self, args);
  });
  replaceFunction(process, "getBuiltinModule", (original, top) => (self, args) => {
    check(args[0], top);
    return original(self, args);
  });
  // By what a name leads to: `imports` of a package.json may call a built-in what it likes.
  const resolve: Resolve = (specifier, context, next) => {
    check(specifier, resolve);
    const found = next(specifier, context);
    check(found.url, resolve);
    return found;
  };
  if (Module.registerHooks === undefined) throw new Error("Expected module.registerHooks, got none");
  Module.registerHooks({ resolve });
}
