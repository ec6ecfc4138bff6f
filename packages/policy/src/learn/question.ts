// SPDX-License-Identifier: Apache-2.0

const HEADER = 12;
const MOST_LABELS = 128;

/**
 * The name that a DNS query asks for (RFC 1035, section 4.1): what native code and other programs look up is seen on its
 * way to the name server alone.
 *
 * @param hex the datagram in hexadecimal digits
 * @returns undefined for what is no query with one question for a host name
 */
export function nameAsked(hex: string): string | undefined {
  if (!/^(?:[0-9a-f]{2})+$/.test(hex)) return undefined;
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const isQuery = bytes.length > HEADER && ((bytes[2] ?? 0x80) & 0xf8) === 0;
  if (!isQuery || bytes[4] !== 0 || bytes[5] !== 1) return undefined;
  const labels: string[] = [];
  for (let at = HEADER; labels.length < MOST_LABELS; ) {
    const length = bytes[at];
    if (length === undefined || length > 63 || at + length >= bytes.length) return undefined;
    if (length === 0) break;
    labels.push(String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length)));
    at += length + 1;
  }
  const name = labels.join(".").toLowerCase();
  return /^(?=.{1,253}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name) ? name : undefined;
}
