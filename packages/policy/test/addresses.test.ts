// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { contains, embeddedAddress, formatAddress, parseAddress, parseCidr } from "../src/addresses.ts";
import { isPublic, publicRanges } from "../src/public-ranges.ts";

const mapped = /^::ffff:/i;

test("an IPv4 address reads as node:net reads it", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV4Extended(), fc.string()), (text) => {
      fc.pre(!text.includes(":"));
      assert.equal(parseAddress(text)?.family === 4, isIPv4(text));
      if (isIPv4(text)) assert.equal(formatAddress(read(text)), text);
    }),
  );
});

test("an IPv6 address reads as node:net and new URL read it", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV6(), fc.string({ unit: fc.constantFrom("0", "1", "f", ":", "::", ".") })),
      (text) => {
        fc.pre(text.includes(":"));
        assert.equal(parseAddress(text) !== undefined, isIPv6(text), text);
        if (!isIPv6(text)) return;
        const url = new URL(`http://[${text}]`).hostname.slice(1, -1);
        if (!mapped.test(url)) assert.equal(formatAddress(read(text)), url);
      },
    ),
    { numRuns: 2000 },
  );
});

test("an IPv4 address mapped into IPv6 is that IPv4 address", () => {
  for (const text of ["::ffff:10.0.0.1", "::FFFF:a00:1", "0:0:0:0:0:ffff:10.0.0.1"]) {
    assert.equal(formatAddress(read(text)), "10.0.0.1");
  }
  assert.deepEqual(parseCidr("::ffff:10.0.0.0/104"), { family: 4, value: 0x0a000000n, prefix: 8 });
});

test("short, octal, hexadecimal and zoned spellings are no addresses", () => {
  for (const text of [
    "127.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "2130706433",
    "fe80::1%eth0",
    "1.2.3.4 ",
    "::1/x",
  ]) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

test("a way into IPv4 shows the address that it leads to", () => {
  const inside = (text: string): string | undefined => {
    const embedded = embeddedAddress(read(text));
    return embedded && formatAddress(embedded);
  };
  assert.equal(inside("64:ff9b::a00:1"), "10.0.0.1");
  assert.equal(inside("64:ff9b:1::a00:1"), "10.0.0.1");
  assert.equal(inside("2002:a00:1::1"), "10.0.0.1");
  assert.equal(inside("2001::f5ff:fffe"), "10.0.0.1");
  assert.equal(inside("::a00:1"), "10.0.0.1");
  assert.equal(inside("::1"), undefined);
  assert.equal(inside("2606:4700::1"), undefined);
});

test("no private, local, metadata, reserved or transition address is public", () => {
  const hidden = [
    "0.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 168.63.129.16 169.254.169.254",
    "172.16.0.1 172.31.255.255 192.0.0.192 192.168.1.1 198.18.0.1 224.0.0.1 239.255.255.255 240.0.0.1",
    "255.255.255.255 :: ::1 ::ffff:10.0.0.1 ::a00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:db8::1",
    "2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1",
  ];
  for (const text of hidden.join(" ").split(" ")) assert.equal(isPublic(read(text)), false, text);
});

test("ordinary addresses are public, up to the edge of each hole", () => {
  const open = [
    "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15",
    "168.63.129.17 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 223.255.255.255",
    "2000::1 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1 3ffe::1",
  ];
  for (const text of open.join(" ").split(" ")) assert.equal(isPublic(read(text)), true, text);
});

test("the public ranges do not overlap", () => {
  const ranges = publicRanges().flatMap((text) => parseCidr(text) ?? []);
  assert.equal(ranges.length, publicRanges().length);
  for (const one of ranges) {
    assert.deepEqual(
      ranges.filter((other) => contains(other, one)),
      [one],
    );
  }
});

function read(text: string): NonNullable<ReturnType<typeof parseAddress>> {
  const address = parseAddress(text);
  assert.ok(address, text);
  return address;
}
