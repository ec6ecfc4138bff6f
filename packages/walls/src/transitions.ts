// SPDX-License-Identifier: Apache-2.0
import { formatAddress, parseAddress } from "@cordon/policy";

interface Network {
  readonly address: string;
  readonly prefix: number;
}

// Where the IPv4 address stands at the top of what follows, so that its network is a network there too.
const NAT64 = { value: 0x0064ff9bn << 96n, prefix: 96 }; // RFC 6052
const SIX_TO_FOUR = { value: 0x2002n << 112n, prefix: 16 }; // RFC 3056
const COMPATIBLE = { value: 0n, prefix: 96 }; // RFC 4291, section 2.5.5.1
// Where it stands at the bottom, or as its complement: no network says that, so these are refused as a whole.
const WHOLE: readonly Network[] = [
  { address: "64:ff9b:1::", prefix: 48 }, // RFC 8215
  { address: "2001::", prefix: 32 }, // Teredo, RFC 4380
];

/** Of `::a.b.c.d` the first 2^16 are no IPv4 addresses: `::` and `::1` are among them. */
function withoutZero(value: bigint, prefix: number): { value: bigint; prefix: number }[] {
  if (value >> 16n !== 0n) return [{ value, prefix }];
  const lengths = Array.from({ length: Math.max(0, 16 - prefix) }, (_, index) => prefix + index + 1);
  return lengths.map((length) => ({ value: 1n << BigInt(32 - length), prefix: length }));
}

/** The networks in which the transition mechanisms of IPv6 (NAT64, 6to4, Teredo, IPv4-compatible) carry an IPv4 network. */
export function withinTransitions({ address, prefix }: Network): readonly Network[] {
  const value = parseAddress(address)?.value ?? 0n;
  const inside = (outer: { value: bigint; prefix: number }, inner: bigint, length: number): Network => ({
    address: formatAddress({ family: 6, value: outer.value | (inner << BigInt(96 - outer.prefix)) }),
    prefix: outer.prefix + length,
  });
  return [
    inside(NAT64, value, prefix),
    inside(SIX_TO_FOUR, value, prefix),
    ...withoutZero(value, prefix).map((part) => inside(COMPATIBLE, part.value, part.prefix)),
    ...WHOLE,
  ];
}
