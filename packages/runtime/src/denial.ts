// SPDX-License-Identifier: Apache-2.0
import {
  type AccessRequest,
  type Denial,
  decide,
  explainDenial,
  type Policy,
  type Scope,
} from "@cordon/policy";
import { defineValue, withOwnBuiltins } from "./pristine.ts";
import type { AnyFunction } from "./replace.ts";
import { reportDenial } from "./report.ts";

/** What a refused access throws, in Node's shape and with our fields. */
export interface AccessDeniedError extends Error {
  code: string;
  /** Node's name of the permission, or ours where Node has none. */
  permission: string;
  resource: string;
  scope: Scope;
  /** The flag that would allow it; empty where none would. */
  grant: string;
}

const { captureStackTrace } = Error;

/** Node's names of the scopes, where it has one. */
export const NODE_NAMES: Readonly<Partial<Record<Scope, string>>> = {
  "fs.read": "FileSystemRead",
  "fs.write": "FileSystemWrite",
  "net.connect": "Net",
  "net.listen": "Net",
  "net.unix": "Net",
  run: "ChildProcess",
  worker: "WorkerThreads",
  addon: "Addon",
  wasi: "WASI",
  inspector: "Inspector",
  ffi: "FFI",
};

/** Asks the policy, with built-ins that the program cannot have replaced. */
export function denialOf(policy: Policy, request: AccessRequest): Denial | undefined {
  return withOwnBuiltins(() => {
    const decision = decide(policy, request);
    return decision.granted ? undefined : decision.denial;
  });
}

/** Whether a deny rule forbids it, and not only that nothing grants it. */
export function isForbidden(policy: Policy, request: AccessRequest): boolean {
  return withOwnBuiltins(() => {
    const decision = decide(policy, request);
    return !decision.granted && decision.rule !== undefined;
  });
}

/** A refusal that no grant turns round, of something that is no scope of its own. */
export function neverGranted(resource: string, reason: string): Denial {
  return { scope: "sys", resource, grant: "", reason };
}

function explain(denial: Denial): string {
  // The policy's sentences are about scopes; what never is granted has none.
  if (denial.scope === "sys" && denial.grant === "")
    return `${denial.resource} is refused: ${denial.reason}.`;
  return explainDenial(denial);
}

/**
 * Makes the error for an access that we refuse ourselves.
 *
 * @param denial what is refused
 * @param top the function above which the stack is not shown, so that it starts in the program's own code
 */
export function accessDenied(denial: Denial, top: AnyFunction): AccessDeniedError {
  const error = new Error(withOwnBuiltins(() => explain(denial)));
  captureStackTrace(error, top);
  reportDenial(denial);
  return addFields(error, denial, true);
}

/**
 * Turns an error of Node or of the kernel into one that explains itself. It stays the same object, so that all who
 * hold it see the same; with `keepCode` its code and what it says stay too, and the explanation follows.
 */
export function markDenied(error: Error, denial: Denial, keepCode = false): AccessDeniedError {
  return withOwnBuiltins(() => {
    const { message: before, stack } = error;
    const explanation = explain(denial);
    const message = keepCode ? `${before.split("\n", 1)[0]}. ${explanation}` : explanation;
    defineValue(error, "message", message, false);
    const at = before === "" || stack === undefined ? -1 : stack.indexOf(before);
    if (stack !== undefined && at >= 0) {
      defineValue(error, "stack", stack.slice(0, at) + message + stack.slice(at + before.length), false);
    }
    // What looks absent is looked for at every start, and found missing: no news for anybody.
    if (!keepCode) reportDenial(denial);
    return addFields(error, denial, !keepCode);
  });
}

function addFields(error: Error, denial: Denial, code: boolean): AccessDeniedError {
  if (code) defineValue(error, "code", "ERR_ACCESS_DENIED", true);
  defineValue(error, "permission", NODE_NAMES[denial.scope] ?? denial.scope, true);
  defineValue(error, "resource", denial.resource, true);
  defineValue(error, "scope", denial.scope, true);
  defineValue(error, "grant", denial.grant, true);
  return error as AccessDeniedError;
}
