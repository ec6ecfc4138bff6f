// SPDX-License-Identifier: Apache-2.0
import {
  type AccessRequest,
  type Denial,
  decide,
  explainDenial,
  isDropOrigin,
  type Policy,
  type Scope,
} from "@cordon/policy";
import { publishDenial } from "./channels.ts";
import { nodeSentence, permissionOf } from "./node-words.ts";
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

/** A denial as the program is told of it. */
export interface ToldDenial extends Denial {
  /** What Node itself would say, where it would: programs compare it. The stack has the explanation then. */
  readonly sentence?: string;
  /** The resource as the program wrote it, which is how Node names it. */
  readonly named?: string;
  /** The scope that Node names of those that are missing, where it is another than ours. */
  readonly asked?: Scope;
  /** Whether it was Node's answer: it has published that on its channel then, if it has channels. */
  readonly byNode?: true;
}

/** Asks the policy, with built-ins that the program cannot have replaced. */
export function denialOf(policy: Policy, request: AccessRequest): ToldDenial | undefined {
  return withOwnBuiltins(() => {
    const decision = decide(policy, request);
    if (decision.granted) return undefined;
    const { rule = "" } = decision;
    // No grant turns it round: what is given up does not come back.
    if (isDropOrigin(rule)) return { ...decision.denial, grant: "", reason: `it was given up by ${rule}` };
    const sentence = nodeSentence(policy, request.scope);
    return sentence === undefined ? decision.denial : { ...decision.denial, sentence };
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
export function accessDenied(denial: ToldDenial, top: AnyFunction): AccessDeniedError {
  const explanation = withOwnBuiltins(() => explain(denial));
  const { sentence } = denial;
  const error = new Error(sentence === undefined ? explanation : `${sentence}\n${explanation}`);
  captureStackTrace(error, top);
  if (sentence !== undefined) {
    // The stack is made of the message when it is first asked for.
    void error.stack;
    defineValue(error, "message", sentence, false);
  }
  reportDenial(denial);
  addFields(error, denial, true);
  publishDenial(denial, error);
  return error as AccessDeniedError;
}

/**
 * Turns an error of Node or of the kernel into one that explains itself. It stays the same object, so that all who
 * hold it see the same; with `keepCode` its code and what it says stay too, and the explanation follows.
 */
export function markDenied(error: Error, denial: ToldDenial, keepCode = false): AccessDeniedError {
  explainAs(error, denial, keepCode);
  // What looks absent is looked for at every start, and found missing: no news for anybody.
  if (!keepCode) {
    reportDenial(denial);
    publishDenial(denial, error);
  }
  return error as AccessDeniedError;
}

/** The same for an error that has been told already, and that more is known about now. */
export function explainAs(error: Error, denial: ToldDenial, keepCode = false): void {
  withOwnBuiltins(() => {
    const { message: before, stack } = error;
    const { sentence } = denial;
    const explanation = explain(denial);
    const kept = `${before.split("\n", 1)[0]}. ${explanation}`;
    const message = keepCode ? kept : (sentence ?? explanation);
    const shown = keepCode || sentence === undefined ? message : `${sentence}\n${explanation}`;
    defineValue(error, "message", message, false);
    const at = before === "" || stack === undefined ? -1 : stack.indexOf(before);
    if (stack !== undefined && at >= 0) {
      defineValue(error, "stack", stack.slice(0, at) + shown + stack.slice(at + before.length), false);
    }
    addFields(error, denial, !keepCode);
  });
}

function addFields(error: Error, denial: ToldDenial, code: boolean): void {
  if (code) defineValue(error, "code", "ERR_ACCESS_DENIED", true);
  defineValue(error, "permission", permissionOf(denial), true);
  defineValue(error, "resource", denial.named ?? denial.resource, true);
  defineValue(error, "scope", denial.scope, true);
  defineValue(error, "grant", denial.grant, true);
}
