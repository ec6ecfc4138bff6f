// SPDX-License-Identifier: Apache-2.0

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Cidr extends Address {
  readonly prefix: number;
}

const widths = { 4: 32, 6: 128 } as const;
const mappedPrefix = 0xffffn;

/**
 * Reads an IP address in its strict spelling: no octal, no hexadecimal, no short forms, no zone, because
 * resolvers disagree about those. An IPv4 address mapped into IPv6 comes out as the IPv4 address that the
 * kernel would connect to.
 */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(":")) {
    const value = parseFour(text);
    return value === undefined ? undefined : { family: 4, value };
  }
  const value = parseSix(text);
  if (value === undefined) return undefined;
  return value >> 32n === mappedPrefix ? { family: 4, value: value & 0xffffffffn } : { family: 6, value };
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseSix(text: string): bigint | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array.from({ length: missing }, () => 0), ...tail]) {
    value = (value << 16n) | BigInt(group);
  }
  return value;
}

function parseGroups(text: string, mayEndInFour: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (part.includes(".")) {
      const four = mayEndInFour && index === parts.length - 1 ? parseFour(part) : undefined;
      if (four === undefined) return undefined;
      groups.push(Number(four >> 16n), Number(four & 0xffffn));
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** Prints an address in the one spelling of RFC 5952, without the mixed notation. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  const groups: string[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(((value >> shift) & 0xffffn).toString(16));
  const text = groups.join(":");
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map((match) => match[0]);
  const longest = runs.reduce((best, run) => (zeros(run) > zeros(best) ? run : best), "");
  if (longest === "") return text;
  const start = text.indexOf(longest);
  return `${text.slice(0, start)}::${text.slice(start + longest.length).replace(/^:/, "")}`;
}

function zeros(run: string): number {
  return run.split("0").length;
}

/** The family, the network and the prefix length of `10.0.0.0/8`; without a length, of that one address. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const width = widths[address.family];
  if (slash < 0) return { ...address, prefix: width };
  const length = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  // A mapped network is written with an IPv6 length.
  const prefix = Number(length) - (address.family === 4 && text.includes(":") ? 96 : 0);
  return prefix < 0 || prefix > width ? undefined : { ...address, prefix };
}

/** `10.0.0.0/8`, and `10.0.0.1` where the network is one address. */
export function formatCidr(cidr: Cidr): string {
  return cidr.prefix === widths[cidr.family] ? formatAddress(cidr) : `${formatAddress(cidr)}/${cidr.prefix}`;
}

/** The network that an address with a prefix length lies in: its host bits cleared. */
export function networkOf({ family, value, prefix }: Cidr): Cidr {
  const host = BigInt(widths[family] - prefix);
  return { family, prefix, value: (value >> host) << host };
}

/** Whether an address, or the whole of a smaller network, lies in a network. */
export function contains(network: Cidr, inner: Address & { readonly prefix?: number }): boolean {
  if (network.family !== inner.family || (inner.prefix ?? widths[inner.family]) < network.prefix)
    return false;
  const host = BigInt(widths[network.family] - network.prefix);
  return network.value >> host === inner.value >> host;
}

/** The two halves of a network. */
export function halve({ family, value, prefix }: Cidr): readonly [Cidr, Cidr] {
  const bit = 1n << BigInt(widths[family] - prefix - 1);
  return [
    { family, value, prefix: prefix + 1 },
    { family, value: value | bit, prefix: prefix + 1 },
  ];
}

/**
 * The IPv4 address inside an IPv6 address of a transition mechanism (NAT64, 6to4, Teredo, IPv4-compatible):
 * a gateway may carry such a packet to that address, so what is denied there is denied here.
 */
export function embeddedAddress({ family, value }: Address): Address | undefined {
  if (family === 4) return undefined;
  const low = value & 0xffffffffn;
  if (value >> 32n === 0x0064ff9b0000000000000000n) return { family: 4, value: low };
  if (value >> 80n === 0x0064ff9b0001n) return { family: 4, value: low };
  if (value >> 112n === 0x2002n) return { family: 4, value: (value >> 80n) & 0xffffffffn };
  if (value >> 96n === 0x20010000n) return { family: 4, value: low ^ 0xffffffffn };
  if (value >> 32n === 0n && value > 0xffffn) return { family: 4, value: low };
  return undefined;
}
