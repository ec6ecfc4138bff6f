// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHosts, parseResolvConf, parseResolver } from "../src/resolvers.ts";
import { namesOf } from "../src/name-steps.ts";
import { policyOf } from "./support/policies.ts";

test("nameservers are read as resolv.conf(5) says: three at most, comments and search lists left out", () => {
  const text =
    "# by hand\nsearch example.com\nnameserver 192.0.2.1 # one\nnameserver\t2001:db8::1\n; no\nnameserver x\n";
  assert.deepEqual(parseResolvConf(text), [
    { address: "192.0.2.1", port: 53 },
    { address: "2001:db8::1", port: 53 },
  ]);
  const four = Array.from({ length: 4 }, (_, index) => `nameserver 192.0.2.${index}`).join("\n");
  assert.equal(parseResolvConf(four).length, 3);
});

test("a host that names no nameserver has one of its own", () => {
  assert.deepEqual(parseResolvConf("options edns0\n"), [{ address: "127.0.0.1", port: 53 }]);
});

test("a link-local nameserver keeps its interface, by number", () => {
  assert.deepEqual(parseResolvConf("nameserver fe80::1%7\n"), [{ address: "fe80::1%7", port: 53 }]);
  assert.deepEqual(parseResolvConf("nameserver fe80::1%nowhere\n"), [{ address: "127.0.0.1", port: 53 }]);
});

test("a resolver is an address with or without a port, and nothing else", () => {
  assert.deepEqual(parseResolver("192.0.2.53"), { address: "192.0.2.53", port: 53 });
  assert.deepEqual(parseResolver("192.0.2.53:5353"), { address: "192.0.2.53", port: 5353 });
  assert.deepEqual(parseResolver("[2001:db8::53]:54"), { address: "2001:db8::53", port: 54 });
  assert.deepEqual(parseResolver("2001:db8::53"), { address: "2001:db8::53", port: 53 });
  for (const text of [
    "",
    "dns.example",
    "192.0.2.53:",
    "192.0.2.53:0",
    "192.0.2.53:65536",
    "1.2.3",
    "[::1",
  ]) {
    assert.throws(() => parseResolver(text), { code: "ERR_OPTION_INVALID" }, text);
  }
});

test("names of hosts(5) are read in lower case, with every address", () => {
  assert.deepEqual(
    parseHosts("10.0.0.7 DB.example.com db # ours\n::1 six\nbad name\n#1.2.3.4 x\n10.0.0.8 a/b"),
    [
      { name: "db.example.com", address: "10.0.0.7" },
      { name: "db", address: "10.0.0.7" },
      { name: "six", address: "::1" },
    ],
  );
});

test("who grants no name has nobody asked", () => {
  const names = namesOf(policyOf("--allow-net=10.0.0.0/8"), true, undefined);
  assert.deepEqual(names, { rules: [], publicNetworks: [], resolvers: [], hosts: [] });
});
