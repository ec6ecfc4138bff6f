// SPDX-License-Identifier: Apache-2.0
import type { Rules } from "./types.ts";

/** What the rules of one scope say, and which rule says it. */
export interface Verdict<R> {
  readonly effect: "allow" | "deny";
  readonly rule: R;
}

/** How specific a rule is that covers what is asked; undefined where it does not cover it. */
export type Weigh<R> = (rule: R, effect: "allow" | "deny") => number | undefined;

/** The law of all scopes: the most specific rule wins, and deny wins a tie. */
export function settle<R>(rules: Rules<R>, weigh: Weigh<R>): Verdict<R> | undefined {
  const allow = heaviest(rules.allow, (rule) => weigh(rule, "allow"));
  const deny = heaviest(rules.deny, (rule) => weigh(rule, "deny"));
  if (deny !== undefined && (allow === undefined || deny.weight >= allow.weight)) {
    return { effect: "deny", rule: deny.rule };
  }
  return allow === undefined ? undefined : { effect: "allow", rule: allow.rule };
}

function heaviest<R>(
  rules: readonly R[],
  weigh: (rule: R) => number | undefined,
): { rule: R; weight: number } | undefined {
  let best: { rule: R; weight: number } | undefined;
  for (const rule of rules) {
    const weight = weigh(rule);
    if (weight !== undefined && (best === undefined || weight > best.weight)) best = { rule, weight };
  }
  return best;
}
