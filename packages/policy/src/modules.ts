// SPDX-License-Identifier: Apache-2.0
import type { BuiltinRule, IntegrityRule } from "./types.ts";

function unique<R>(lists: readonly (readonly R[])[], keyOf: (rule: R) => string): readonly R[] {
  const rules = new Map<string, R>();
  for (const rule of lists.flat()) if (!rules.has(keyOf(rule))) rules.set(keyOf(rule), rule);
  // Sorted, so that the order in which documents come changes nothing.
  return Object.freeze([...rules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule));
}

/** What several pin holds together: a file that two pin differently is refused. */
export function joinIntegrity(lists: readonly (readonly IntegrityRule[])[]): readonly IntegrityRule[] {
  return unique(lists, ({ path, hash }) => `${path}\0${hash}`);
}

/** What any of them denies. */
export function joinBuiltins(lists: readonly (readonly BuiltinRule[])[]): {
  readonly deny: readonly BuiltinRule[];
} {
  return Object.freeze({ deny: unique(lists, ({ name }) => name) });
}

/**
 * The rule that denies a built-in module: by its name, with or without `node:`, or by that of the module it is below.
 *
 * @example
 * deniedBuiltin(policy.builtins.deny, "node:fs/promises")?.name; // "fs"
 */
export function deniedBuiltin(deny: readonly BuiltinRule[], id: string): BuiltinRule | undefined {
  const name = id.startsWith("node:") ? id.slice(5) : id;
  return deny.find((rule) => name === rule.name || name.startsWith(`${rule.name}/`));
}
