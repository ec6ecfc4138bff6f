// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "../src/decide.ts";
import type { AccessRequest, NetScope } from "../src/types.ts";
import { policyOf } from "./policies.ts";

/** `host port [name]` as a TCP connection, `udp host port [name]` as UDP. */
function connect(text: string): Extract<AccessRequest, { scope: NetScope }> {
  const words = text.split(" ");
  const protocol = words[0] === "udp" ? "udp" : "tcp";
  if (protocol === "udp") words.shift();
  const [address = "", port = "", name] = words;
  return {
    scope: "net.connect",
    protocol,
    address,
    port: Number(port),
    ...(name === undefined ? {} : { name }),
  };
}

function check(flags: string[], granted: string[], refused: string[]): void {
  const policy = policyOf(...flags);
  for (const text of granted) assert.ok(decide(policy, connect(text)).granted, `${text} should be granted`);
  for (const text of refused) assert.ok(!decide(policy, connect(text)).granted, `${text} should be refused`);
}

test("a network with a range of ports", () => {
  check(
    ["--allow-net=10.0.0.0/8:8000-8099"],
    ["10.0.0.1 8000", "10.255.0.1 8099", "::ffff:10.0.0.1 8000"],
    ["10.0.0.1 7999", "10.0.0.1 8100", "11.0.0.1 8000", "udp 10.0.0.1 8000", "db.test 8000"],
  );
});

test("everything, with and without a value", () => {
  for (const flag of ["--allow-net", "-N", "--allow-net=*"]) {
    check([flag], ["10.0.0.1 80", "udp fd00::1 53", "example.com 443", "169.254.169.254 80"], []);
  }
});

test("an allow without a protocol is TCP, a denial is both", () => {
  check(["--allow-net=8.8.8.8"], ["8.8.8.8 53"], ["udp 8.8.8.8 53"]);
  check(["--allow-net", "--deny-net=8.8.8.8"], ["udp 8.8.4.4 53"], ["8.8.8.8 53", "udp 8.8.8.8 53"]);
  check(["--allow-net", "--deny-net=udp://8.8.8.8"], ["8.8.8.8 53"], ["udp 8.8.8.8 53"]);
});

test("a name reaches public addresses only, whatever its answer says", () => {
  check(
    ["--allow-net=api.test:443"],
    ["api.test 443", "93.184.0.1 443 api.test", "93.184.0.1 443 API.test."],
    ["10.0.0.1 443 api.test", "169.254.169.254 443 api.test", "::1 443 api.test", "93.184.0.1 443"],
  );
  check(["--allow-net=api.test:443,10.0.0.0/8:443"], ["10.0.0.1 443 api.test"], ["10.0.0.1 80 api.test"]);
});

test("a suffix covers what is below it, by whole labels", () => {
  check(
    ["--allow-net=*.a.test"],
    ["b.a.test 80", "c.b.a.test 80"],
    ["a.test 80", "ba.test 80", "a.test.evil 80"],
  );
  check(
    ["--allow-net=*.test", "--deny-net=*.a.test", "--allow-net=b.a.test"],
    ["b.a.test 1"],
    ["c.a.test 1"],
  );
});

test("a denied name stays denied at an address that is granted, and the other way round", () => {
  check(["--allow-net", "--deny-net=evil.test"], ["9.9.9.9 80"], ["9.9.9.9 80 evil.test", "evil.test 80"]);
  check(["--allow-net=api.test", "--deny-net=9.0.0.0/8"], ["8.8.8.8 80 api.test"], ["9.9.9.9 80 api.test"]);
});

test("public is every address outside the hidden ranges, and any name but localhost", () => {
  check(
    ["--allow-net=public"],
    ["1.1.1.1 443", "2606:4700::1 443", "example.com 443", "1.1.1.1 80 example.com"],
    ["10.0.0.1 443", "::1 443", "64:ff9b::a00:1 443", "localhost 443", "udp 1.1.1.1 53"],
  );
  check(["--allow-net=0.0.0.0/0", "--deny-net=public"], ["10.0.0.1 80"], ["1.1.1.1 80"]);
});

test("a denied IPv4 address is denied behind NAT64, 6to4 and Teredo", () => {
  check(
    ["--allow-net", "--deny-net=10.0.0.0/8"],
    ["64:ff9b::808:808 80", "2002:808:808::1 80"],
    ["64:ff9b::a00:1 80", "2002:a00:1::1 80", "2001::f5ff:fffe 80"],
  );
});

test("localhost is the two loopback addresses", () => {
  check(
    ["--allow-net=localhost:80"],
    ["127.0.0.1 80", "::1 80", "localhost 80"],
    ["127.0.0.2 80", "10.0.0.1 80 localhost"],
  );
  check(
    ["--allow-net", "--deny-net=localhost"],
    ["127.0.0.2 80"],
    ["127.0.0.1 80", "::1 80", "localhost 80"],
  );
});

test("the host decides before the port", () => {
  check(["--allow-net", "--deny-net=:25", "--allow-net=mail.test:25"], ["mail.test 25"], ["other.test 25"]);
  check(
    ["--deny-net=10.0.0.0/8", "--allow-net=:443", "--allow-net=10.0.0.0/8:443"],
    ["10.0.0.1 443"],
    ["10.0.0.1 80"],
  );
});

test("what is neither an address nor a name is refused under any policy", () => {
  check(["--allow-net"], [], ["127.0.0.1%lo 80", "a/b 80", " 80", "x\0y 80"]);
  check(["--allow-net"], [], ["8.8.8.8 65536", "8.8.8.8 -1", "8.8.8.8 NaN"]);
});

test("ports to listen on", () => {
  const policy = policyOf("--allow-listen=8080,3000-3010,127.0.0.1:9000");
  const listens = (address: string, port: number): boolean =>
    decide(policy, { scope: "net.listen", protocol: "tcp", address, port }).granted;
  assert.ok(listens("0.0.0.0", 8080) && listens("::", 3005) && listens("127.0.0.1", 9000));
  assert.ok(!listens("0.0.0.0", 9000) && !listens("127.0.0.1", 3011));
});
