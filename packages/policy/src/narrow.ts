// SPDX-License-Identifier: Apache-2.0
import { narrowEndpoints } from "./narrow-net.ts";
import { parseEndpoints } from "./net-values.ts";
import { parseSystemName, parseVariable } from "./name-values.ts";
import { parsePath, parseProgram } from "./path-values.ts";
import { pathCovers } from "./paths.ts";
import type {
  NameRule,
  NameScope,
  NetRule,
  NetScope,
  PathRule,
  PathScope,
  Policy,
  Rules,
  RunRule,
  Scope,
  SwitchScope,
} from "./types.ts";

/** What is given up: all of a scope that its rule covers, whatever else is said of it. */
export type Drop =
  | { readonly scope: PathScope; readonly rule: PathRule }
  | { readonly scope: NetScope; readonly rules: readonly NetRule[] }
  | { readonly scope: NameScope; readonly rule: NameRule }
  | { readonly scope: "run"; readonly rule: RunRule }
  | { readonly scope: SwitchScope };

/**
 * Reads what a program or its host wants to give up.
 *
 * @param reference as a deny list takes it; undefined means the whole scope
 * @param directory where a relative path starts
 * @throws Malformed if the scope takes no such reference
 */
export function parseDrop(scope: Scope, reference: string | undefined, directory: string): Drop {
  const origin = dropOrigin(scope, reference);
  const text = reference ?? "*";
  switch (scope) {
    case "fs.read":
    case "fs.write":
    case "net.unix":
    case "addon":
      return { scope, rule: { path: parsePath(text, directory), optional: true, origin } };
    case "net.connect":
    case "net.listen":
      return { scope, rules: parseEndpoints(scope, text, "deny", origin) };
    case "env":
      return { scope, rule: { pattern: parseVariable(text, "deny"), origin } };
    case "sys":
      return { scope, rule: { pattern: parseSystemName(text), origin } };
    case "run":
      return { scope, rule: { program: parseProgram(text, directory), optional: true, origin } };
    default:
      return { scope };
  }
}

const CALL = "process.permission.drop(";

/** What stands as the origin of the rules that a drop leaves. */
export function dropOrigin(scope: Scope, reference: string | undefined): string {
  return `${CALL}${JSON.stringify(scope)}${reference === undefined ? "" : `, ${JSON.stringify(reference)}`})`;
}

/** Whether a rule is there because something was given up: then no grant helps. */
export function isDropOrigin(origin: string): boolean {
  return origin.startsWith(CALL);
}

/**
 * The policy without what is given up. Everything that the drop covers is refused afterwards, also where a grant inside
 * it was more specific: such a grant is taken out.
 */
export function narrowPolicy(policy: Policy, drop: Drop): Policy {
  switch (drop.scope) {
    case "fs.read":
    case "fs.write":
    case "net.unix":
    case "addon": {
      const { path } = drop.rule;
      return replaced(policy, drop.scope, policy[drop.scope], drop.rule, (rule) =>
        pathCovers(path, rule.path),
      );
    }
    case "net.connect":
    case "net.listen":
      return Object.freeze({ ...policy, [drop.scope]: narrowEndpoints(policy[drop.scope], drop.rules) });
    case "env":
    case "sys": {
      const { pattern } = drop.rule;
      return replaced(policy, drop.scope, policy[drop.scope], drop.rule, (rule) =>
        covers(pattern, rule.pattern),
      );
    }
    case "run": {
      const { program } = drop.rule;
      return replaced(policy, "run", policy.run, drop.rule, (rule) => coversProgram(program, rule.program));
    }
    default:
      return Object.freeze({ ...policy, [drop.scope]: false });
  }
}

function replaced<R>(
  policy: Policy,
  scope: Scope,
  rules: Rules<R>,
  denial: R,
  isInside: (rule: R) => boolean,
): Policy {
  const narrowed = {
    allow: Object.freeze(rules.allow.filter((rule) => !isInside(rule))),
    deny: Object.freeze([...rules.deny, Object.freeze(denial)]),
  };
  return Object.freeze({ ...policy, [scope]: Object.freeze(narrowed) });
}

function covers(pattern: string, other: string): boolean {
  return pattern.endsWith("*") ? other.startsWith(pattern.slice(0, -1)) : pattern === other;
}

function coversProgram(dropped: string, program: string): boolean {
  if (dropped === "*" || dropped === program) return true;
  if (!program.startsWith("/")) return false;
  // A name that is given up is given up under whatever path it is found.
  if (!dropped.startsWith("/")) return program.slice(program.lastIndexOf("/") + 1) === dropped;
  return pathCovers(dropped, program);
}
