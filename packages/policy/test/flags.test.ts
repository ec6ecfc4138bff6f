// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CordonError, isCordonError } from "../src/errors.ts";
import { nearestFlag, parseGrantFlags, unknownFlag } from "../src/flags.ts";
import { mergePolicies } from "../src/merge.ts";
import { policyToPlain } from "../src/plain.ts";
import { flags } from "./policies.ts";

function errorOf(flag: string): CordonError<"ERR_GRANT_INVALID"> {
  try {
    flags(...flag.split(" "));
  } catch (error) {
    if (isCordonError(error, "ERR_GRANT_INVALID")) return error;
    throw error;
  }
  throw new Error(`Expected ${flag} to be refused.`);
}

test("grants are taken up to the first argument that is none", () => {
  const at = { directory: "/app" };
  const args = ["--allow-worker", "-R=a", "x.js", "--allow-wasi"];
  assert.deepEqual(parseGrantFlags(args, at).rest, ["x.js", "--allow-wasi"]);
  assert.deepEqual(parseGrantFlags(["--", "--allow-wasi"], at).rest, ["--", "--allow-wasi"]);
  assert.deepEqual(parseGrantFlags(["--walls=filters"], at).rest, ["--walls=filters"]);
  assert.deepEqual(parseGrantFlags(["--allow-fs-raed=a"], at).rest, ["--allow-fs-raed=a"]);
});

const same: readonly (readonly [string, string])[] = [
  ["--allow-fs-read=a,b", "--allow-read=a -R=b"],
  ["--allow-fs-write=a", "-W=a"],
  ["--allow-fs-read a,b --deny-fs-write c", "--allow-fs-read=a,b --deny-fs-write=c"],
  ["--permission --allow-worker", "--allow-worker --experimental-permission"],
  ["--allow-net=*", "-N"],
  ["--allow-env=*", "-E"],
  ["--allow-sys=*", "-S"],
  ["--no-prompt --allow-worker", "--allow-worker"],
  ["--allow-run=*", "--allow-child-process"],
  ["--allow-addons", "--allow-addons=/"],
  ["--allow-listen", "--allow-listen=*"],
  ["--allow-sys=release", "--allow-sys=osRelease"],
  ["--allow-sys=userInfo,priority", "--allow-sys=homedir,setPriority"],
  ["--deny-run", "--deny-child-process"],
  ["--allow-net=EXAMPLE.com.:80", "--allow-net=tcp://example.com:80-80"],
  ["--allow-net=::1", "--allow-net=[0:0::0:1]"],
  ["--allow-net=::ffff:10.0.0.1", "--allow-net=10.0.0.1/32"],
  ["--allow-fs-read=a/../b/c*", "--allow-fs-read=/app/b/c*"],
  ["--limit-wall-time=90s", "--limit-wall-time=1.5m"],
  ["--limit-memory=1GB", "--limit-memory=1024MB"],
];

for (const [one, other] of same) {
  test(`${one} is ${other}`, () => {
    const plain = (text: string): unknown => policyToPlain(mergePolicies(flags(...text.split(" "))));
    assert.deepEqual(plain(one), plain(other));
  });
}

const refused: readonly (readonly [flag: string, says: RegExp])[] = [
  ["--allow-fs-read", /write --allow-fs-read=\.\/src, or --allow-fs-read=\* for everything/],
  ["--allow-fs-read --allow-worker", /write --allow-fs-read=/],
  ["--allow-fs-read=", /Expected a path/],
  ["--allow-net=unix:/run/x.sock", /Write --allow-unix=\/run\/x\.sock\./],
  ["--permission=audit", /Expected no value/],
  ["--allow-fs-read=a,,b", /Expected a path/],
  ["--allow-worker=true", /Expected no value/],
  ["--allow-net=https://example.com/x", /Write example\.com:443/],
  ["--allow-net=http://example.com:8080/x", /Write example\.com:8080/],
  ["--allow-net=127.1", /IP address in full/],
  ["--allow-net=443", /write :443/],
  ["--allow-net=0x7f000001", /IP address in full/],
  ["--allow-net=10.0.0.1/8", /Write 10\.0\.0\.0\/8, or 10\.0\.0\.1/],
  ["--allow-net=a:99999", /a port/],
  ["--allow-net=a:90-80", /a port/],
  ["--allow-net=münchen.example", /xn--/],
  ["--allow-net=a..b", /a host such as/],
  ["--allow-net=[1.2.3.4]:80", /IPv6 address in brackets/],
  ["--allow-listen=example.com:80", /Expected a port/],
  ["--allow-env=NODE_OPTIONS", /never handed in/],
  ["--allow-env=A=B", /variable's name/],
  ["--allow-env=*_X", /variable's name/],
  ["--allow-sys=hostnam", /Did you mean hostname/],
  ["--allow-run=gi*", /full name/],
  ["--limit-memory=lots", /size such as "256MB", got `lots` \(string\)/],
  ["--limit-memory", /write --limit-memory=256MB/],
  ["--limit-memory=1MB --limit-memory=2MB", /got it twice/],
  ["--limit-processes=0", /whole number/],
];

for (const [flag, says] of refused) {
  test(`${flag} is refused, by its name`, () => {
    const error = errorOf(flag);
    const name = /^[^= ]+/.exec(flag)?.[0];
    assert.match(error.message, says);
    assert.equal(error.details.path, name);
    assert.ok(error.message.startsWith(`${name}: `));
  });
}

test("an unknown flag gets the nearest that exists", () => {
  assert.equal(nearestFlag("--alow-fs-raed=./x"), "--allow-fs-read");
  assert.equal(nearestFlag("--allow_net"), "--allow-net");
  assert.equal(nearestFlag("--frobnicate"), undefined);
  assert.equal(
    unknownFlag("--wals=x", ["--walls"]).message,
    "--wals is not a known flag. Did you mean --walls?",
  );
});

test("a flag of Node's or Deno's that has no equal here says what to write instead", () => {
  assert.match(unknownFlag("-A").message, /no grant of everything/);
  assert.match(unknownFlag("--ignore-read=/etc").message, /Write --deny-fs-read/);
  assert.match(unknownFlag("--permission-set=ci").message, /Write --policy=FILE/);
});
