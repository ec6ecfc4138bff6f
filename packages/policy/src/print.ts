// SPDX-License-Identifier: Apache-2.0
import { ruleValue } from "./grant-text.ts";
import { listScopes, switchScopes } from "./scope-names.ts";
import { formatLimits } from "./limits.ts";
import { LISTED } from "./module-values.ts";
import type { NameRule, NetRule, PathRule, Policy, RunRule } from "./types.ts";

type AnyRule = PathRule | NetRule | NameRule | RunRule;

/**
 * Writes a policy as a cordon.json that parses to the same policy, wherever it lies: all its paths are absolute.
 *
 * @example
 * const text = printPolicy(policy); // {"allow": {"fs.read": ["/srv/app"]}, …}
 */
export function printPolicy(policy: Policy): string {
  const side = (effect: "allow" | "deny"): Record<string, unknown> => {
    const scopes: Record<string, unknown> = {};
    for (const scope of listScopes) {
      const rules: readonly AnyRule[] = policy[scope][effect];
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

function printRule(effect: "allow" | "deny", rule: AnyRule): unknown {
  const value = ruleValue(effect, rule);
  if (!("optional" in rule) || (!rule.optional && rule.sha256 === undefined)) return value;
  return {
    ["path" in rule ? "path" : "program"]: value,
    ...(rule.optional ? { optional: true } : {}),
    ...(rule.sha256 === undefined ? {} : { sha256: rule.sha256 }),
  };
}
