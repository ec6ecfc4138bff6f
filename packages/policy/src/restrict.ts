// SPDX-License-Identifier: Apache-2.0
import { settleName, settlePath, settlePrograms } from "./covering.ts";
import { smallerLimits } from "./limits.ts";
import { joinBuiltins, joinIntegrity } from "./modules.ts";
import { restrictEndpoints } from "./restrict-net.ts";
import { switchScopes } from "./scopes.ts";
import type { Verdict } from "./settle.ts";
import type { NameRule, NameScope, PathRule, PathScope, Policy, Rules, RunRule } from "./types.ts";

interface Pinned {
  readonly optional: boolean;
  readonly sha256?: string;
}

/**
 * The policy that grants what both grant: a tenant's within its host's, an app's within its tenant's.
 *
 * It never grants what either refuses. It may refuse what both grant in one case that rules cannot say: where one
 * grants a host by name and the other the same host by its address only, or a program by name and by path.
 *
 * The rules of both cut a scope into regions, one below each rule, in which neither changes its mind. So it is
 * enough to ask both about each rule's own value, and to write down what they agree on.
 */
export function restrictPolicy(outer: Policy, inner: Policy): Policy {
  const paths = (scope: PathScope): Rules<PathRule> =>
    intersect(outer[scope], inner[scope], (rule) => rule.path, settlePath, pins);
  const names = (scope: NameScope): Rules<NameRule> =>
    intersect(
      outer[scope],
      inner[scope],
      (rule) => rule.pattern,
      (rules, name) => settleName(scope, rules, name),
      (rule) => [rule],
    );
  return Object.freeze({
    "fs.read": paths("fs.read"),
    "fs.write": paths("fs.write"),
    "net.connect": restrictEndpoints(outer["net.connect"], inner["net.connect"]),
    "net.listen": restrictEndpoints(outer["net.listen"], inner["net.listen"]),
    "net.unix": paths("net.unix"),
    env: names("env"),
    run: intersect<RunRule>(outer.run, inner.run, (rule) => rule.program, settlePrograms, pins),
    addon: paths("addon"),
    worker: outer.worker && inner.worker,
    wasi: outer.wasi && inner.wasi,
    ffi: outer.ffi && inner.ffi,
    inspector: outer.inspector && inner.inspector,
    denied: Object.freeze(
      switchScopes.filter((scope) => outer.denied.includes(scope) || inner.denied.includes(scope)),
    ),
    sys: names("sys"),
    integrity: joinIntegrity([outer.integrity, inner.integrity]),
    builtins: joinBuiltins([outer.builtins.deny, inner.builtins.deny]),
    accept: Object.freeze(outer.accept.filter((name) => inner.accept.includes(name))),
    limits: smallerLimits([outer.limits, inner.limits]),
  });
}

type Settle<R> = (rules: Rules<R>, value: string) => Verdict<R> | undefined;

function intersect<R>(
  outer: Rules<R>,
  inner: Rules<R>,
  valueOf: (rule: R) => string,
  settle: Settle<R>,
  refine: (rule: R, outer: readonly R[], inner: readonly R[]) => readonly R[],
): Rules<R> {
  const allow: R[] = [];
  const deny: R[] = [];
  // The inner rule speaks for a value that both name: its author is the one to hear of errors.
  const rules = [outer, inner].flatMap((side) => [...side.allow, ...side.deny]);
  for (const [value, rule] of new Map(rules.map((each) => [valueOf(each), each]))) {
    const verdicts = [settle(outer, value), settle(inner, value)] as const;
    const [byOuter, byInner] = verdicts;
    if (byOuter?.effect === "deny" || byInner?.effect === "deny") deny.push(rule);
    // What one of them does not cover is refused without a rule: nothing above it can be granted by both.
    if (byOuter?.effect !== "allow" || byInner?.effect !== "allow") continue;
    const alike = (side: Rules<R>, by: R): R[] =>
      side.allow.filter((other) => valueOf(other) === valueOf(by));
    const refined = refine(rule, alike(outer, byOuter.rule), alike(inner, byInner.rule));
    if (refined.length === 0) deny.push(rule);
    allow.push(...refined);
  }
  return Object.freeze({ allow: Object.freeze(allow), deny: Object.freeze(deny) });
}

/** Keeps the hashes that both accept. A side with an unpinned rule accepts any. */
function pins<R extends Pinned>(rule: R, outer: readonly R[], inner: readonly R[]): readonly R[] {
  const hashesOf = (rules: readonly R[]): ReadonlySet<string> | undefined => {
    const hashes = rules.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [sha256]));
    return hashes.length < rules.length ? undefined : new Set(hashes);
  };
  const [first, second] = [hashesOf(outer), hashesOf(inner)];
  if (first === undefined && second === undefined) {
    const { sha256: _, ...unpinned } = rule;
    return [Object.freeze(unpinned as R)];
  }
  const common = [...(first ?? second ?? [])].filter((hash) => second?.has(hash) ?? true);
  return common.map((sha256) => Object.freeze({ ...rule, sha256 }));
}
