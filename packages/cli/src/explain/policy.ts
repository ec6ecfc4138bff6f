// SPDX-License-Identifier: Apache-2.0
import { describeLimit, type Limits, limitNames, limitTable, type Policy, type Rules } from "@cordon/policy";

/** One line of the explanation: what is spoken of, and what holds for it. */
export type Line = readonly [subject: string, text: string];

/** A policy in words, a line for each thing that a program may want to do. */
export function explainPolicy(policy: Policy): readonly Line[] {
  return [
    ["read", rules(policy["fs.read"], ({ path }) => path)],
    ["write", rules(policy["fs.write"], ({ path }) => path)],
    ["connect to", rules(policy["net.connect"], ({ text }) => text)],
    ["listen on", rules(policy["net.listen"], ({ text }) => text)],
    ["unix sockets", rules(policy["net.unix"], ({ path }) => path)],
    ["environment", rules(policy.env, ({ pattern }) => pattern)],
    ["subprocesses", rules(policy.run, ({ program }) => (program === "*" ? "any that is mounted" : program))],
    ["native code", rules(policy.addon, ({ path }) => path)],
    ["system facts", rules(policy.sys, ({ pattern }) => pattern)],
    ["also", switches(policy)],
    ...(policy.builtins.deny.length === 0
      ? []
      : [["no built-ins", policy.builtins.deny.map(({ name }) => name).join(", ")] as const]),
    ...(policy.integrity.length === 0
      ? []
      : [["pinned files", policy.integrity.map(({ path }) => path).join(", ")] as const]),
    ["limits", limits(policy.limits)],
  ];
}

function rules<R>({ allow, deny }: Rules<R>, print: (rule: R) => string): string {
  if (allow.length === 0) return "nothing";
  const granted = allow.map(print).join(", ");
  return deny.length === 0 ? granted : `${granted}; but not ${deny.map(print).join(", ")}`;
}

function switches({ worker, wasi, ffi, inspector }: Policy): string {
  const granted = Object.entries({ worker, wasi, ffi, inspector })
    .filter(([, isGranted]) => isGranted)
    .map(([name]) => name);
  return granted.length === 0 ? "nothing" : granted.join(", ");
}

function limits(all: Limits): string {
  const parts = limitNames.flatMap((name) => {
    const value = all[name];
    return value === undefined ? [] : [limitTable[name].words.replace("#", describeLimit(name, value))];
  });
  return parts.length === 0 ? "none set" : parts.join(", ");
}
