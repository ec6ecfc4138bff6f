// SPDX-License-Identifier: Apache-2.0
import type { NameRule, NetRule, PathRule, RunRule, Scope } from "./types.ts";

// Written out here and not taken from the table of scopes, which the program inside a cell does without.
const flagNames: Readonly<Record<Scope, string>> = Object.freeze({
  "fs.read": "fs-read",
  "fs.write": "fs-write",
  "net.connect": "net",
  "net.listen": "listen",
  "net.unix": "unix",
  env: "env",
  run: "run",
  addon: "addons",
  worker: "worker",
  wasi: "wasi",
  ffi: "ffi",
  inspector: "inspector",
  sys: "sys",
});

/** The flag that grants one thing, or without a value the scope. */
export function writeGrant(scope: Scope, value: string): string {
  return writeFlag(scope, "allow", value);
}

/** The flag that denies a scope as a whole. */
export function writeDenial(scope: Scope): string {
  return writeFlag(scope, "deny", "");
}

function writeFlag(scope: Scope, effect: "allow" | "deny", value: string): string {
  const text = effect === "allow" ? shortEndpoint(value) : value;
  return `--${effect}-${flagNames[scope]}${text === "" ? "" : `=${text.replaceAll(",", "\\,")}`}`;
}

/** An allow rule without a protocol means TCP, but for `*`, which means everything. */
function shortEndpoint(text: string): string {
  return text.startsWith("tcp://") && text !== "tcp://*" ? text.slice(6) : text;
}

/** A rule's value as an allow or a deny list writes it. */
export function ruleValue(effect: "allow" | "deny", rule: PathRule | NetRule | NameRule | RunRule): string {
  if ("path" in rule) return rule.path;
  if ("text" in rule) return effect === "allow" ? shortEndpoint(rule.text) : rule.text;
  return "pattern" in rule ? rule.pattern : rule.program;
}

/** A rule as the flag that would make it. */
export function writeRule(
  scope: Scope,
  effect: "allow" | "deny",
  rule: PathRule | NetRule | NameRule | RunRule,
): string {
  return writeFlag(scope, effect, ruleValue(effect, rule));
}

/**
 * The path to grant so that a path is covered: itself, or where it holds what no rule can spell (a `*` that is
 * its own, a control character), the nearest that can be spelt and covers it.
 */
export function pathGrant(path: string): string {
  const odd = path.search(/[*\p{Cc}\p{Cs}]/u);
  if (odd < 0) return path;
  const prefix = path.slice(0, odd);
  return prefix === "/" ? "/" : `${prefix}*`;
}

/** The program to grant; a path as {@link pathGrant} says. */
export function programGrant(program: string): string {
  if (program.startsWith("/")) return pathGrant(program);
  return /[*\p{Cc}\p{Cs}]/u.test(program) ? "*" : program;
}
