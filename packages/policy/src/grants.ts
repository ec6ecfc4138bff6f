// SPDX-License-Identifier: Apache-2.0
import { maxRules, Malformed } from "./values.ts";
import type { Grants, NameRule, NetRule, PathRule, RunRule, Scope, SwitchScope } from "./types.ts";
import { parseSystemName, parseVariable } from "./name-values.ts";
import { parseEndpoints } from "./net-values.ts";
import { parseHash, parsePath, parseProgram } from "./path-values.ts";

/** Grants that are still being collected. */
export interface OpenGrants {
  "fs.read": PathRule[];
  "fs.write": PathRule[];
  "net.connect": NetRule[];
  "net.listen": NetRule[];
  "net.unix": PathRule[];
  env: NameRule[];
  run: RunRule[];
  addon: PathRule[];
  worker: boolean;
  wasi: boolean;
  ffi: boolean;
  inspector: boolean;
  sys: NameRule[];
}

export function emptyGrants(): OpenGrants {
  return {
    "fs.read": [],
    "fs.write": [],
    "net.connect": [],
    "net.listen": [],
    "net.unix": [],
    env: [],
    run: [],
    addon: [],
    worker: false,
    wasi: false,
    ffi: false,
    inspector: false,
    sys: [],
  };
}

/** One value of a list, as a flag or a file gives it. */
export interface WrittenValue {
  readonly text: string;
  readonly optional: boolean;
  readonly sha256?: string;
  /** Where relative paths start. */
  readonly directory: string;
  readonly origin: string;
}

type Effect = "allow" | "deny";

/** Parses one value and adds the rules that it means. Throws {@link Malformed}. */
export function addValue(
  grants: OpenGrants,
  scope: Exclude<Scope, SwitchScope>,
  effect: Effect,
  value: WrittenValue,
): void {
  const { text, origin, directory, optional } = value;
  const pin = value.sha256 === undefined ? {} : { sha256: parseHash(value.sha256) };
  switch (scope) {
    case "net.connect":
    case "net.listen":
      return add(grants[scope], ...parseEndpoints(scope, text, effect, origin));
    case "env":
      return add(grants[scope], { pattern: parseVariable(text, effect), origin });
    case "sys":
      return add(grants[scope], { pattern: parseSystemName(text), origin });
    case "run":
      return add(grants[scope], { program: parseProgram(text, directory), optional, ...pin, origin });
    default:
      return add(grants[scope], { path: parsePath(text, directory), optional, ...pin, origin });
  }
}

function add<R extends object>(list: R[], ...rules: R[]): void {
  if (list.length + rules.length > maxRules) {
    throw new Malformed(
      `Expected at most ${maxRules} rules in one scope. A directory or a network covers many.`,
    );
  }
  list.push(...rules.map((rule) => Object.freeze(rule)));
}

/** Closes the collection. */
export function freezeGrants(grants: OpenGrants): Grants {
  for (const value of Object.values(grants)) Object.freeze(value);
  return Object.freeze(grants);
}
