// SPDX-License-Identifier: Apache-2.0
import { type HostPattern, type NetRule, type Policy, publicRanges, type Rules } from "@cordon/policy";
import { ANY_ADDRESS, type NetworkStep } from "./plan.ts";
import { withinTransitions } from "./transitions.ts";

type Call = NetworkStep["call"];

/** A network, and how specific the policy takes the rule to be that names it. */
interface Range {
  readonly address: string;
  readonly prefix: number;
  readonly weight: number;
}

const range = (address: string, prefix: number, weight: number = prefix * 2): Range => ({
  address,
  prefix,
  weight,
});

// Below every rule that names addresses.
const ANY = -1;
// Between every address and the largest network that can be named, however small the ranges are that it stands for.
const PUBLIC = 1;
// The one name that means the same on every host (RFC 6761, section 6.3).
const LOCALHOST: readonly Range[] = [range("127.0.0.1", 32), range("::1", 128)];

function parsePublic(text: string): Range {
  const slash = text.lastIndexOf("/");
  return range(text.slice(0, slash), Number(text.slice(slash + 1)), PUBLIC);
}

/** The addresses of a host pattern. Of names there are none but `localhost`: those are the resolver's (name-steps.ts). */
function ranges(host: HostPattern): readonly Range[] {
  switch (host.kind) {
    case "any":
      return [range(ANY_ADDRESS, 0, ANY)];
    case "cidr":
      return [range(host.address, host.prefix)];
    case "public":
      return publicRanges().map(parsePublic);
    case "name":
      return host.name === "localhost" ? LOCALHOST : [];
    case "suffix":
      return [];
  }
}

interface Weighed {
  readonly weight: number;
  readonly step: NetworkStep;
}

function weigh(call: Call, allow: boolean, rules: readonly NetRule[]): Weighed[] {
  return rules.flatMap((rule) =>
    ranges(rule.host).map(({ address, prefix, weight }) => {
      const { from, to } = rule.ports;
      return { weight, step: { call, allow, protocol: rule.protocol, address, prefix, from, to } };
    }),
  );
}

/** As `decide` does: the more specific network before the others, fewer ports before more, denials before grants. */
function bySpecificity(a: Weighed, b: Weighed): number {
  const ports = ({ step }: Weighed): number => step.to - step.from;
  return b.weight - a.weight || ports(a) - ports(b) || Number(a.step.allow) - Number(b.step.allow);
}

/** What is denied as an IPv4 address is denied in every form in which IPv6 carries it, whatever is granted there. */
function carried(call: Call, { allow, deny }: Rules<NetRule>): NetworkStep[] {
  const reachesSix = allow.some(
    ({ host }) => host.kind === "any" || (host.kind === "cidr" && host.family === 6),
  );
  if (!reachesSix) return [];
  return weigh(call, false, deny)
    .filter(({ weight, step }) => weight !== ANY && !step.address.includes(":"))
    .flatMap(({ step }) => withinTransitions(step).map((network) => ({ ...step, ...network })));
}

function steps(call: Call, rules: Rules<NetRule>): NetworkStep[] {
  const weighed = [...weigh(call, true, rules.allow), ...weigh(call, false, rules.deny)];
  return [...carried(call, rules), ...weighed.sort(bySpecificity).map(({ step }) => step)];
}

/**
 * The broker's rules by address: the first that covers an address decides, so they are sorted from the most specific
 * down. Those for whatever address come last, and decide where no rule by name has a say either.
 */
export function networkSteps(policy: Policy): readonly NetworkStep[] {
  return [...steps("connect", policy["net.connect"]), ...steps("bind", policy["net.listen"])];
}
