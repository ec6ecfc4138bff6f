// SPDX-License-Identifier: Apache-2.0
import { isWithin } from "../access.ts";
import type { Plan, UnixRule } from "../plan.ts";
import { absent, closed, type Hold, open } from "./hold.ts";

/** What the mounts and the broker say of a unix socket. */
export function socketHolds(plan: Plan, path: string): readonly Hold[] {
  const broker = brokerHold(plan, path);
  if (plan.namespaces === null) return [absent("namespaces"), broker];
  const by = "the host's socket is not mounted as such";
  const mounts =
    plan.filters !== null && broker.passes
      ? open("namespaces", "full", `${by}; only the broker connects to it`)
      : closed("namespaces", by);
  return [mounts, broker];
}

function brokerHold(plan: Plan, path: string): Hold {
  const wall = "filters";
  if (plan.filters === null) return absent(wall);
  const { rules } = plan.filters.unix;
  if (!rules.some(({ allow }) => allow)) return closed(wall, "seccomp: no unix socket is made");
  const rule = rules.find((each) => covers(each, path));
  if (rule === undefined) return closed(wall, "no rule of the broker covers it");
  const text = `the broker: ${rule.allow ? "allow" : "deny"} ${rule.path}${rule.covers === "prefix" ? "*" : ""}`;
  return rule.allow ? open(wall, "full", text) : closed(wall, text);
}

function covers(rule: UnixRule, path: string): boolean {
  return rule.covers === "prefix" ? path.startsWith(rule.path) : isWithin(path, rule.path);
}
