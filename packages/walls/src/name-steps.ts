// SPDX-License-Identifier: Apache-2.0
import { CordonError, type NetRule, type Policy, publicRanges, type Rules } from "@cordon/policy";
import type { NameStep, Names } from "./plan.ts";
import { hostResolution } from "./resolvers.ts";

interface Weighed {
  readonly weight: number;
  readonly step: NameStep;
}

/** As `decide` weighs a name; `undefined` for a rule that says nothing of names. `localhost` is two addresses. */
function weigh(rule: NetRule, allow: boolean): Weighed | undefined {
  const { host, protocol, ports } = rule;
  const step = (name: string): NameStep => ({ allow, protocol, name, from: ports.from, to: ports.to });
  switch (host.kind) {
    case "name":
      return host.name === "localhost" ? undefined : { weight: 1000, step: step(host.name) };
    case "suffix":
      return { weight: host.suffix.split(".").length, step: step(`*.${host.suffix}`) };
    case "public":
      return { weight: 0, step: step("public") };
    case "any":
    case "cidr":
      return undefined;
  }
}

/** The more specific name before the others, fewer ports before more, denials before grants. */
function bySpecificity(a: Weighed, b: Weighed): number {
  const ports = ({ step }: Weighed): number => step.to - step.from;
  return b.weight - a.weight || ports(a) - ports(b) || Number(a.step.allow) - Number(b.step.allow);
}

const isNamed = ({ host }: NetRule): boolean =>
  host.kind === "suffix" || (host.kind === "name" && host.name !== "localhost");

/** The rules by name, sorted as the resolver takes them. */
export function nameSteps({ allow, deny }: Rules<NetRule>): readonly NameStep[] {
  const weighed = [
    ...allow.map((rule) => weigh(rule, true)),
    ...deny.map((rule) => weigh(rule, false)),
  ].filter((each) => each !== undefined);
  return weighed.sort(bySpecificity).map(({ step }) => step);
}

/** Without a network namespace of the cell's own there is nowhere to answer its questions. */
function refuseNames({ allow, deny }: Rules<NetRule>): void {
  const rule = [...allow, ...deny].find(isNamed);
  if (rule === undefined) return;
  throw new CordonError(
    "ERR_NOT_ENFORCEABLE",
    { origin: rule.origin, what: `the name in ${rule.text} without the namespaces' wall` },
    {
      scope: "net.connect",
      resource: rule.text,
      remedy: "Keep the namespaces' wall, or grant the addresses: they are held by the broker alone.",
    },
  );
}

/**
 * What the cell's resolver goes by: which names may be asked for, and who is asked.
 *
 * @param resolvers nameservers to ask in place of the host's
 * @returns null without the namespaces' wall
 * @throws CordonError `ERR_NOT_ENFORCEABLE` for rules by name without that wall
 */
export function namesOf(
  policy: Policy,
  namespaces: boolean,
  resolvers: readonly string[] | undefined,
): Names | null {
  const rules = policy["net.connect"];
  if (!namespaces) {
    refuseNames(rules);
    return null;
  }
  const steps = nameSteps(rules);
  const mayAsk = rules.allow.some(({ host }) => host.kind !== "cidr");
  return {
    rules: steps,
    publicNetworks: steps.length > 0 ? publicRanges() : [],
    ...(mayAsk ? hostResolution(policy, resolvers) : { resolvers: [], hosts: [] }),
  };
}
