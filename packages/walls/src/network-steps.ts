// SPDX-License-Identifier: Apache-2.0
import { CordonError, type HostPattern, type NetRule, type Policy, publicRanges } from "@cordon/policy";
import type { NetworkStep } from "./plan.ts";

interface Range {
  readonly address: string;
  readonly prefix: number;
}

const EVERYWHERE: readonly Range[] = [
  { address: "0.0.0.0", prefix: 0 },
  { address: "::", prefix: 0 },
];
// The one name that means the same on every host (RFC 6761, section 6.3).
const LOCALHOST: readonly Range[] = [
  { address: "127.0.0.1", prefix: 32 },
  { address: "::1", prefix: 128 },
];

function parseRange(text: string): Range {
  const slash = text.lastIndexOf("/");
  return { address: text.slice(0, slash), prefix: Number(text.slice(slash + 1)) };
}

function ranges(host: HostPattern, rule: NetRule): readonly Range[] {
  switch (host.kind) {
    case "any":
      return EVERYWHERE;
    case "cidr":
      return [{ address: host.address, prefix: host.prefix }];
    case "public":
      return publicRanges().map(parseRange);
    case "name":
      if (host.name === "localhost") return LOCALHOST;
  }
  // Fail closed: a name that nobody resolves for the cell would be a grant that does nothing.
  throw new CordonError(
    "ERR_NOT_ENFORCEABLE",
    { origin: rule.origin, what: `the name in ${rule.text}` },
    { scope: "net.connect", resource: rule.text },
  );
}

function steps(call: NetworkStep["call"], allow: boolean, rules: readonly NetRule[]): NetworkStep[] {
  return rules.flatMap((rule) =>
    ranges(rule.host, rule).map(({ address, prefix }) => ({
      call,
      allow,
      protocol: rule.protocol,
      address,
      prefix,
      from: rule.ports.from,
      to: rule.ports.to,
    })),
  );
}

/** Longer prefixes before shorter ones, fewer ports before more, denials before grants. */
function bySpecificity(a: NetworkStep, b: NetworkStep): number {
  return b.prefix - a.prefix || a.to - a.from - (b.to - b.from) || Number(a.allow) - Number(b.allow);
}

/**
 * The broker's rules: the first that covers an address decides, so they are sorted from the most specific down.
 *
 * @throws CordonError `ERR_NOT_ENFORCEABLE` for rules by host name, which no wall holds yet
 */
export function networkSteps(policy: Policy): readonly NetworkStep[] {
  return [
    ...steps("connect", true, policy["net.connect"].allow),
    ...steps("connect", false, policy["net.connect"].deny),
    ...steps("bind", true, policy["net.listen"].allow),
    ...steps("bind", false, policy["net.listen"].deny),
  ].sort(bySpecificity);
}
