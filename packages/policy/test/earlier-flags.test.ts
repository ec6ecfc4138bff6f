// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decide } from "../src/decide.ts";
import { isCordonError } from "../src/errors.ts";
import { mergePolicies } from "../src/merge.ts";
import { policyToPlain } from "../src/plain.ts";
import { checkSafeMode, safeModeDocument } from "../src/safe-mode.ts";
import { anyFlags, anyPath, anyRequest, flags, policyOf } from "./policies.ts";

const plain = (...args: string[]): unknown => policyToPlain(policyOf(...args));

test("--policy-deny-fs is denials of reading and writing, whatever path they name", () => {
  const item = fc.record({ side: fc.constantFrom("in", "out"), paths: fc.array(anyPath, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 4 }), (items) => {
      const earlier = items.map(({ side, paths }) => [side, ...paths].join(":")).join(",");
      const now = items.flatMap(({ side, paths }) => {
        const flag = side === "in" ? "--deny-fs-read" : "--deny-fs-write";
        return (paths.length === 0 ? ["*"] : paths).map((path) => `${flag}=${path}`);
      });
      assert.deepEqual(plain(`--policy-deny-fs=${earlier}`), plain(...now));
    }),
  );
});

test("the example of the proposal means what it meant: no writing, and no reading of two paths", () => {
  assert.deepEqual(
    plain("--policy-deny-fs=out,in:/tmp/:./.gitignore"),
    plain("--deny-fs-write=*", "--deny-fs-read=/tmp", "--deny-fs-read=/app/.gitignore"),
  );
  assert.deepEqual(plain("--policy-deny-fs=in:a\\:b\\,c"), plain("--deny-fs-read=/app/a:b\\,c"));
});

test("a side without paths is gone, whatever else grants of it", () => {
  fc.assert(
    fc.property(anyFlags, anyRequest, (args, request) => {
      const got = decide(mergePolicies(flags("--policy-deny-fs=out"), flags(...args)), request).granted;
      assert.equal(got, request.scope !== "fs.write" && decide(policyOf(...args), request).granted);
    }),
    { numRuns: 1000 },
  );
});

const address = fc.constantFrom("10.0.0.0/8", "10.1.0.0/16", "127.0.0.1", "8.8.8.8", "::1", "fd00::/8");
const port = fc.constantFrom("80", "443", "400-500");
const list = (of: fc.Arbitrary<string>, minLength: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(of, { minLength, maxLength: 3 });

test("restricted addresses take nothing but themselves away, and allowed ports give them back there alone", () => {
  fc.assert(
    fc.property(list(address, 1), list(port, 0), anyRequest, (addresses, ports, request) => {
      const restricting = `--restricted-outgoing-addresses=${addresses.join(",")}`;
      const allowing = ports.map((each) => `--allowed-outgoing-ports=${each}`);
      const isGranted = (...args: string[]): boolean => decide(policyOf(...args), request).granted;
      const got = isGranted(restricting, ...allowing);
      assert.equal(isGranted(...allowing, restricting), got, "in whatever order they stand");
      if (request.scope !== "net.connect") return assert.equal(got, false);
      const restricted = !isGranted(
        "--allow-net=*",
        ...addresses.map((each) => `--deny-net=${each.includes("::") ? `[${each}]` : each}`),
      );
      if (!restricted) return assert.equal(got, true);
      const onPort = request.protocol === "tcp" && isGranted(...ports.map((each) => `--allow-net=:${each}`));
      // What carries another address, or was found by a name, may be refused on two grounds.
      const isPlain = request.name === undefined && !/^(64:|2002:|::ffff:)/.test(request.address);
      if (isPlain) assert.equal(got, onPort);
      else assert.ok(onPort || !got);
    }),
    { numRuns: 2000 },
  );
});

test("ports are given back on a restricted network, by TCP, and on no other port", () => {
  const policy = policyOf(
    "--restricted-outgoing-addresses=10.0.0.0/8,::1",
    "--allowed-outgoing-ports=443,8000-8099",
  );
  const may = (host: string, number: number, protocol: "tcp" | "udp" = "tcp"): boolean =>
    decide(policy, { scope: "net.connect", protocol, address: host, port: number }).granted;
  assert.deepEqual(
    [may("10.1.2.3", 443), may("10.1.2.3", 8050), may("::1", 443), may("93.184.0.1", 22)],
    [true, true, true, true],
  );
  assert.deepEqual([may("10.1.2.3", 80), may("10.1.2.3", 443, "udp"), may("::1", 22)], [false, false, false]);
});

test("allowed ports without restricted addresses are all that is granted", () => {
  assert.deepEqual(plain("--allowed-outgoing-ports=80,443"), plain("--allow-net=:80,:443"));
});

const refused: readonly (readonly [flag: string, says: RegExp])[] = [
  ["--policy-deny-fs", /write --policy-deny-fs=out,in:/],
  ["--policy-deny-fs=read", /`in` or `out`/],
  ["--policy-deny-fs=in:", /Expected a path/],
  ["--restricted-outgoing-addresses=10.0.0.0/8:80", /without protocol and port/],
  ["--restricted-outgoing-addresses=udp://10.0.0.1", /without protocol and port/],
  ["--restricted-outgoing-addresses=127.1", /IP address in full/],
  ["--allowed-outgoing-ports=http", /a port or a range/],
  ["--allowed-outgoing-ports=70000", /a port from 0 to 65535/],
];

for (const [flag, says] of refused) {
  test(`${flag} is refused, by its name`, () => {
    assert.throws(
      () => flags(flag),
      (error) => {
        assert.ok(isCordonError(error, "ERR_GRANT_INVALID"));
        assert.match(error.message, says);
        assert.equal(error.details.path, flag.split("=")[0]);
        return true;
      },
    );
  });
}

test("more pairs of addresses and ports than a scope can hold are refused", () => {
  const addresses = Array.from({ length: 20 }, (_, n) => `10.0.0.${n}`).join(",");
  const ports = Array.from({ length: 20 }, (_, n) => n + 1).join(",");
  assert.throws(
    () => flags(`--restricted-outgoing-addresses=${addresses}`, `--allowed-outgoing-ports=${ports}`),
    /--allowed-outgoing-ports: Expected at most 256 pairs/,
  );
});

test("safe mode is the program's own directory, and what would make it another mode is refused by its origin", () => {
  const policy = mergePolicies(safeModeDocument("/srv/app"));
  assert.deepEqual(policyToPlain(policy), plain("--allow-fs-read=/srv/app", "--allow-fs-write=/srv/app"));
  const check = (...args: string[]): void => checkSafeMode(policyOf(...args), "/srv/app");
  check(
    "--allow-net=:443",
    "--allow-fs-read=/srv/app/x",
    "--allow-env=HOME",
    "--allow-worker",
    "--deny-fs-read=/",
  );
  for (const grant of [
    "--allow-run=git",
    "--allow-addons=/srv/app/x.node",
    "--allow-unix=/run/x",
    "--allow-ffi",
  ])
    assert.throws(() => check(grant), /^CordonError.*--safe-mode: Expected no grant of/);
  for (const grant of ["--allow-fs-read=/srv/application", "--allow-fs-write=/srv", "-R=*"])
    assert.throws(() => check(grant), /outside \/srv\/app beside it, got /);
  assert.throws(() => safeModeDocument("/"), /directory of its own/);
});
