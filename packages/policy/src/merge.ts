// SPDX-License-Identifier: Apache-2.0
import { joinAcceptable } from "./accept.ts";
import { smallerLimits } from "./limits.ts";
import { joinBuiltins, joinIntegrity } from "./modules.ts";
import { switchScopes } from "./scopes.ts";
import type {
  Grants,
  NameRule,
  NetRule,
  PathRule,
  Policy,
  PolicyDocument,
  Rules,
  RunRule,
  Scope,
  SwitchScope,
} from "./types.ts";

function combine<R>(
  documents: readonly PolicyDocument[],
  listOf: (grants: Grants) => readonly R[],
  keyOf: (rule: R) => string,
): Rules<R> {
  const side = (effect: "allow" | "deny"): readonly R[] => {
    const rules = new Map<string, R>();
    for (const document of documents) {
      for (const rule of listOf(document[effect])) {
        if (!rules.has(keyOf(rule))) rules.set(keyOf(rule), rule);
      }
    }
    // Sorted, so that the order in which documents come changes nothing.
    return Object.freeze([...rules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule));
  };
  return Object.freeze({ allow: side("allow"), deny: side("deny") });
}

/** `--policy-deny-fs=out` leaves nothing to write, also where a grant is more specific than a denial of everything. */
function takeAway(
  documents: readonly PolicyDocument[],
  scope: Scope,
  rules: Rules<PathRule>,
): Rules<PathRule> {
  const isGone = documents.some(({ without = [] }) => without.some((gone) => gone === scope));
  return isGone ? Object.freeze({ allow: Object.freeze([]), deny: rules.deny }) : rules;
}

const keyOfPath = (rule: PathRule): string => JSON.stringify([rule.path, rule.sha256 ?? "", rule.optional]);
const keyOfProgram = (rule: RunRule): string =>
  JSON.stringify([rule.program, rule.sha256 ?? "", rule.optional]);
const keyOfName = (rule: NameRule): string => rule.pattern;
const keyOfEndpoint = (rule: NetRule): string => rule.text;

/**
 * Joins what several files and command lines say into one policy: allow lists add up, deny lists add up, of each
 * limit the smallest holds. The order of the documents does not matter. Without any it is the default: nothing.
 */
export function mergePolicies(...documents: readonly PolicyDocument[]): Policy {
  const paths = (scope: "fs.read" | "fs.write" | "net.unix" | "addon"): Rules<PathRule> =>
    takeAway(
      documents,
      scope,
      combine(documents, (grants) => grants[scope], keyOfPath),
    );
  const endpoints = (scope: "net.connect" | "net.listen"): Rules<NetRule> =>
    combine(documents, (grants) => grants[scope], keyOfEndpoint);
  const names = (scope: "env" | "sys"): Rules<NameRule> =>
    combine(documents, (grants) => grants[scope], keyOfName);
  const denied = Object.freeze(switchScopes.filter((scope) => documents.some(({ deny }) => deny[scope])));
  const isOn = (scope: SwitchScope): boolean =>
    documents.some(({ allow }) => allow[scope]) && !denied.includes(scope);
  return Object.freeze({
    "fs.read": paths("fs.read"),
    "fs.write": paths("fs.write"),
    "net.connect": endpoints("net.connect"),
    "net.listen": endpoints("net.listen"),
    "net.unix": paths("net.unix"),
    env: names("env"),
    run: combine(documents, (grants) => grants.run, keyOfProgram),
    addon: paths("addon"),
    worker: isOn("worker"),
    wasi: isOn("wasi"),
    ffi: isOn("ffi"),
    inspector: isOn("inspector"),
    denied,
    sys: names("sys"),
    integrity: joinIntegrity(documents.map(({ integrity = [] }) => integrity)),
    builtins: joinBuiltins(documents.map(({ builtins }) => builtins?.deny ?? [])),
    accept: joinAcceptable(documents.flatMap(({ accept = [] }) => accept)),
    limits: smallerLimits(documents.map(({ limits }) => limits)),
  });
}
