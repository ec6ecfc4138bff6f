// SPDX-License-Identifier: Apache-2.0
import { contains, formatAddress } from "./addresses.ts";
import { cidrOf, formatEndpoint } from "./endpoints.ts";
import { isPublic, publicNetworks } from "./public-ranges.ts";
import type { HostPattern, NetRule, Rules } from "./types.ts";

const LOOPBACK: readonly HostPattern[] = [
  { kind: "cidr", address: "127.0.0.1", prefix: 32, family: 4 },
  { kind: "cidr", address: "::1", prefix: 128, family: 6 },
];

/**
 * Endpoints without what is given up. A grant that lies inside goes; of one that reaches out of it, the part inside is
 * denied as specifically as it was granted, so that the denial wins.
 */
export function narrowEndpoints(rules: Rules<NetRule>, dropped: readonly NetRule[]): Rules<NetRule> {
  const allow: NetRule[] = [];
  const deny = new Map([...rules.deny, ...dropped].map((rule) => [rule.text, rule]));
  for (const grant of rules.allow) {
    const parts = dropped.flatMap((rule) => partsInside(grant, rule));
    if (!parts.some(({ text }) => text === grant.text)) allow.push(grant);
    for (const part of parts) if (!deny.has(part.text)) deny.set(part.text, part);
  }
  return Object.freeze({ allow: Object.freeze(allow), deny: Object.freeze([...deny.values()]) });
}

function partsInside(grant: NetRule, dropped: NetRule): NetRule[] {
  const from = Math.max(grant.ports.from, dropped.ports.from);
  const to = Math.min(grant.ports.to, dropped.ports.to);
  if (grant.protocol !== dropped.protocol || from > to) return [];
  const { protocol } = grant;
  return hostsInside(grant.host, dropped.host).map((host) => {
    const endpoint = { protocol, host, ports: { from, to } };
    return Object.freeze({ ...endpoint, text: formatEndpoint(endpoint), origin: dropped.origin });
  });
}

/** What two patterns have in common, where one rule for it would not be outweighed by either. */
function hostsInside(grant: HostPattern, dropped: HostPattern): readonly HostPattern[] {
  if (dropped.kind === "any") return [grant];
  if (grant.kind === "any") return [dropped];
  if (isLocalhost(grant) && isLocalhost(dropped)) return [grant];
  // `localhost` is two addresses, whatever a rule of the other kind says.
  if (isLocalhost(grant)) return LOOPBACK.flatMap((host) => hostsInside(host, dropped));
  if (isLocalhost(dropped)) return LOOPBACK.flatMap((host) => hostsInside(grant, host));
  if (grant.kind === "cidr") return networksInside(grant, dropped);
  if (grant.kind === "public") return outweighingPublic(dropped);
  if (dropped.kind === "public") return [grant];
  return dropped.kind === "cidr" ? [] : namesInside(grant, dropped);
}

/** `public` is more specific than a whole family of addresses, though not than its halves. */
function outweighingPublic(dropped: HostPattern): readonly HostPattern[] {
  if (dropped.kind !== "cidr" || dropped.prefix > 0) return [dropped];
  const upper = dropped.family === 4 ? "128.0.0.0" : "8000::";
  return [dropped.address, upper].map((address) => ({ ...dropped, address, prefix: 1 }));
}

type Network = Extract<HostPattern, { kind: "cidr" }>;
type Named = Extract<HostPattern, { kind: "name" | "suffix" }>;

function networksInside(grant: Network, dropped: HostPattern): readonly HostPattern[] {
  const network = cidrOf(grant);
  if (dropped.kind === "cidr") {
    const other = cidrOf(dropped);
    return contains(other, network) ? [grant] : contains(network, other) ? [dropped] : [];
  }
  if (dropped.kind !== "public") return [];
  if (isPublic(network)) return [grant];
  return publicNetworks()
    .filter((part) => contains(network, part))
    .map((part) => ({
      kind: "cidr",
      address: formatAddress(part),
      prefix: part.prefix,
      family: part.family,
    }));
}

function namesInside(grant: Named, dropped: Named): readonly HostPattern[] {
  if (isBelow(grant, dropped)) return [grant];
  return isBelow(dropped, grant) ? [dropped] : [];
}

function isBelow(inner: Named, outer: Named): boolean {
  const name = inner.kind === "name" ? inner.name : inner.suffix;
  if (outer.kind === "name") return inner.kind === "name" && name === outer.name;
  return (inner.kind === "suffix" && name === outer.suffix) || name.endsWith(`.${outer.suffix}`);
}

function isLocalhost(host: HostPattern): boolean {
  return host.kind === "name" && host.name === "localhost";
}
