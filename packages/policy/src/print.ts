// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "./errors.ts";
import { ruleValue } from "./grant-text.ts";
import { listScopes, switchScopes } from "./scope-names.ts";
import { formatLimits } from "./limits.ts";
import { LISTED } from "./module-values.ts";
import type { NameRule, NetRule, PathRule, Policy, RunRule } from "./types.ts";
import { maxRules } from "./values.ts";

type AnyRule = PathRule | NetRule | NameRule | RunRule;

/**
 * Writes a policy as a cordon.json that parses to the same policy, wherever it lies: all its paths are absolute.
 * What was merged of several files, or restricted by another policy, may have more rules than one file takes.
 *
 * @example
 * const text = printPolicy(policy); // {"allow": {"fs.read": ["/srv/app"]}, …}
 * @throws CordonError ERR_POLICY_INVALID where a file with these rules could not be read again
 */
export function printPolicy(policy: Policy): string {
  const side = (effect: "allow" | "deny"): Record<string, unknown> => {
    const scopes: Record<string, unknown> = {};
    for (const scope of listScopes) {
      const rules: readonly AnyRule[] = policy[scope][effect];
      if (rules.length > maxRules) throw tooManyRules(`/${effect}/${scope}`, rules.length);
      if (rules.length > 0) scopes[scope] = rules.map((rule) => printRule(effect, rule));
    }
    for (const scope of switchScopes)
      if (effect === "allow" ? policy[scope] : policy.denied.includes(scope)) scopes[scope] = true;
    return scopes;
  };
  const integrity = Object.fromEntries(
    policy.integrity.map(({ path, hash }) => [hash === LISTED ? `${path}/` : path, hash]),
  );
  const builtins = policy.builtins.deny.map(({ name }) => name);
  const modules = builtins.length > 0 ? { deny: builtins } : {};
  const parts = {
    allow: side("allow"),
    deny: side("deny"),
    integrity,
    builtins: modules,
    accept: policy.accept,
    limits: formatLimits(policy.limits),
  };
  const used = Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0);
  return `${JSON.stringify(Object.fromEntries(used), undefined, 2)}\n`;
}

function tooManyRules(path: string, count: number): CordonError {
  const problem = `Expected at most ${maxRules} rules, which a file may have, got ${count}. Use fewer, wider rules in what it was made of.`;
  return new CordonError("ERR_POLICY_INVALID", { where: `policy ${path}`, problem }, { path });
}

function printRule(effect: "allow" | "deny", rule: AnyRule): unknown {
  const value = ruleValue(effect, rule);
  if (!("optional" in rule) || (!rule.optional && rule.sha256 === undefined)) return value;
  return {
    ["path" in rule ? "path" : "program"]: value,
    ...(rule.optional ? { optional: true } : {}),
    ...(rule.sha256 === undefined ? {} : { sha256: rule.sha256 }),
  };
}
