// SPDX-License-Identifier: Apache-2.0
import { type Address, type Cidr, contains, formatAddress, halve, parseCidr } from "./addresses.ts";

// The IANA special-purpose registries, and the metadata services that live on ordinary addresses.
const excluded = [
  "0.0.0.0/8", // this network; Linux connects 0.0.0.0 to itself
  "10.0.0.0/8", // private
  "100.64.0.0/10", // carrier-grade NAT; one cloud's metadata service
  "127.0.0.0/8", // loopback
  "168.63.129.16/32", // one cloud's metadata service, on a public address
  "169.254.0.0/16", // link-local; most clouds' metadata service
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments; one cloud's metadata service
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
  "2001::/23", // protocol assignments, with Teredo
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4
  "3fff::/20", // documentation
];

// Of IPv6 only global unicast is public: that leaves out loopback, v4-mapped, NAT64, unique local (with its
// metadata service), link-local, site-local and multicast without naming them.
const included = ["0.0.0.0/0", "2000::/3"];

function complement(network: Cidr, holes: readonly Cidr[]): Cidr[] {
  if (holes.some((hole) => contains(hole, network))) return [];
  const inside = holes.filter((hole) => contains(network, hole));
  if (inside.length === 0) return [network];
  return halve(network).flatMap((half) => complement(half, inside));
}

function parseOwn(text: string): Cidr {
  const network = parseCidr(text);
  // A hole that is left out would make a private range public.
  if (network === undefined) throw new Error(`Expected a network in the list of ranges, got ${text}.`);
  return network;
}

let cached: readonly Cidr[] | undefined;

/** The networks that `public` stands for, as data. Computed at the first call, so that importing costs nothing. */
export function publicNetworks(): readonly Cidr[] {
  if (cached !== undefined) return cached;
  const holes = excluded.map(parseOwn);
  cached = Object.freeze(included.map(parseOwn).flatMap((network) => complement(network, holes)));
  return cached;
}

/**
 * The CIDRs that the grant `public` stands for: all addresses but private, loopback, link-local, metadata,
 * multicast, reserved and transition ranges.
 *
 * @example
 * publicRanges().includes("8.0.0.0/7"); // true: 8.0.0.0 to 9.255.255.255
 */
export function publicRanges(): readonly string[] {
  return publicNetworks().map((network) => `${formatAddress(network)}/${network.prefix}`);
}

/** Whether the whole of a network, or an address, is public. */
export function isPublic(inner: Address & { readonly prefix?: number }): boolean {
  return publicNetworks().some((network) => contains(network, inner));
}
