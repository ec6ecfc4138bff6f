// SPDX-License-Identifier: Apache-2.0
import { scopeTable, valueKeys } from "../scopes.ts";
import type { LearntRule } from "./types.ts";

type Json = Record<string, unknown>;

/**
 * A policy file with these rules, one a line.
 *
 * @param before the policy file to add to, as it was read; its own order and its other keys stay
 */
export function writeLearnt(rules: readonly LearntRule[], before: Readonly<Json> = {}): string {
  const allow: Json = { ...(before["allow"] as Json | undefined) };
  for (const rule of rules) {
    const { kind } = scopeTable[rule.scope];
    const present = allow[rule.scope];
    if (kind === "switch") allow[rule.scope] = { reason: rule.reason };
    else allow[rule.scope] = [...(Array.isArray(present) ? (present as unknown[]) : []), entryOf(rule, kind)];
  }
  return print({ ...before, allow });
}

function entryOf({ value, optional, reason }: LearntRule, kind: keyof typeof valueKeys): Json {
  return { [valueKeys[kind]]: value, ...(optional ? { optional: true } : {}), reason };
}

/** What a rule adds, for whoever reads a terminal. */
export function describeLearnt({ scope, value, reason }: LearntRule): string {
  return `${scope}${value === "" ? "" : ` ${value}`} (${reason})`;
}

/** JSON with each entry of a list on a line of its own: a rule and its reason are read together. */
function print(document: Json): string {
  const lines = Object.entries(document).map(([key, value]) =>
    key === "allow" || key === "deny"
      ? `  ${JSON.stringify(key)}: ${printGrants(value as Json)}`
      : `  ${JSON.stringify(key)}: ${oneLine(value)}`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

function printGrants(grants: Json): string {
  const scopes = Object.entries(grants).map(([scope, entries]) => {
    const name = JSON.stringify(scope);
    if (!Array.isArray(entries)) return `    ${name}: ${oneLine(entries)}`;
    return `    ${name}: [\n${entries.map((entry: unknown) => `      ${oneLine(entry)}`).join(",\n")}\n    ]`;
  });
  return scopes.length === 0 ? "{}" : `{\n${scopes.join(",\n")}\n  }`;
}

function oneLine(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
