// SPDX-License-Identifier: Apache-2.0
import { type Address, type Cidr, contains, formatCidr, parseAddress } from "./addresses.ts";
import { isPublic } from "./public-ranges.ts";
import type { HostPattern, NetRule, PortRange } from "./types.ts";

export const allPorts: PortRange = Object.freeze({ from: 0, to: 65535 });

/** `localhost` names these two addresses and no others, whatever a hosts file says. */
const loopback: readonly Cidr[] = [
  { family: 4, value: 0x7f000001n, prefix: 32 },
  { family: 6, value: 1n, prefix: 128 },
];

type CidrPattern = Extract<HostPattern, { kind: "cidr" }>;
const parsed = new WeakMap<CidrPattern, Cidr>();

/** The network of a `cidr` pattern as numbers, parsed once for each pattern. */
export function cidrOf(pattern: CidrPattern): Cidr {
  const known = parsed.get(pattern);
  if (known !== undefined) return known;
  const value = parseAddress(pattern.address)?.value ?? 0n;
  const cidr = { family: pattern.family, prefix: pattern.prefix, value };
  parsed.set(pattern, cidr);
  return cidr;
}

/**
 * How specific a host pattern is for an address, or for a whole network. By prefix length; `public` comes
 * between everything (`/0`) and any network. Names say nothing here, but for `localhost`.
 */
export function weighForAddress(
  host: HostPattern,
  address: Address & { readonly prefix?: number },
): number | undefined {
  switch (host.kind) {
    case "public":
      return isPublic(address) ? 1 : undefined;
    case "cidr":
      return contains(cidrOf(host), address) ? host.prefix * 2 : undefined;
    case "name": {
      if (host.name !== "localhost") return undefined;
      const own = loopback.find((network) => contains(network, address));
      return own === undefined ? undefined : own.prefix * 2;
    }
    default:
      return undefined;
  }
}

/** How specific a host pattern is for a name, or for all names below `*.suffix`. */
export function weighForName(host: HostPattern, name: string): number | undefined {
  if (host.kind === "name") return host.name === name ? 1_000 : undefined;
  if (host.kind !== "suffix") return undefined;
  return name.endsWith(`.${host.suffix}`) ? host.suffix.split(".").length : undefined;
}

/** The narrower range of ports is the more specific one, where the hosts are equally specific. */
export function withPorts(host: number | undefined, ports: PortRange): number | undefined {
  return host === undefined ? undefined : host * 131_072 + 65_535 - (ports.to - ports.from);
}

/** The one spelling of a host pattern. */
export function formatHost(host: HostPattern, hasPort: boolean): string {
  switch (host.kind) {
    case "any":
      return "*";
    case "public":
      return "public";
    case "name":
      return host.name;
    case "suffix":
      return `*.${host.suffix}`;
    case "cidr": {
      const text = formatCidr(cidrOf(host));
      return host.family === 6 && hasPort ? `[${text}]` : text;
    }
  }
}

/** The canonical text of a network rule. It always names the protocol, so that it reads back the same everywhere. */
export function formatEndpoint(rule: Pick<NetRule, "protocol" | "host" | "ports">): string {
  const { from, to } = rule.ports;
  const hasPort = from !== allPorts.from || to !== allPorts.to;
  const ports = from === to ? `:${from}` : `:${from}-${to}`;
  return `${rule.protocol}://${formatHost(rule.host, hasPort)}${hasPort ? ports : ""}`;
}
