// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "../src/decide.ts";
import { isCordonError } from "../src/errors.ts";
import { explainDenial } from "../src/explain.ts";
import { restrictPolicy } from "../src/restrict.ts";
import { mergePolicies } from "../src/merge.ts";
import { parsePolicyFile } from "../src/file.ts";
import { parseGrantFlags } from "../src/flags.ts";
import { printPolicy } from "../src/print.ts";
import type { Policy } from "../src/types.ts";
import { policyOf } from "./policies.ts";

function reads(policy: Policy, path: string): boolean {
  return decide(policy, { scope: "fs.read", path }).granted;
}

test("a directory covers all below it by components, not by the start of its name", () => {
  const policy = policyOf("--allow-fs-read=./src/");
  assert.ok(reads(policy, "/app/src") && reads(policy, "/app/src/a/b") && reads(policy, "/app//src/./a"));
  assert.ok(!reads(policy, "/app/srcs") && !reads(policy, "/app") && !reads(policy, "/app/src/../secret"));
  assert.ok(!reads(policy, "app/src") && !reads(policy, "/app/src/a\0b"));
});

test("a star at the end covers the entries that start so, and * everything", () => {
  const policy = policyOf("--allow-fs-read=./config*,/data/*");
  assert.ok(
    reads(policy, "/app/config.json") && reads(policy, "/app/config.d/x") && reads(policy, "/data/x/y"),
  );
  assert.ok(!reads(policy, "/data") && !reads(policy, "/app/conf"));
  for (const all of ["--allow-fs-read=*", "--allow-fs-read=/*", "--allow-read", "-R"]) {
    assert.ok(reads(policyOf(all), "/") && reads(policyOf(all), "/any/thing"), all);
  }
});

test("a comma of the path's own is escaped", () => {
  const policy = policyOf("--allow-fs-read=/a\\,b,/c");
  assert.ok(reads(policy, "/a,b") && reads(policy, "/c") && !reads(policy, "/a"));
  const denied = decide(policyOf(), { scope: "fs.read", path: "/a,b" });
  assert.ok(!denied.granted && denied.denial.grant === "--allow-fs-read=/a\\,b");
});

test("what changes how Node starts is never granted, and no wildcard covers what must be written out", () => {
  const policy = policyOf("--allow-env");
  const has = (name: string, from: Policy = policy): boolean => decide(from, { scope: "env", name }).granted;
  assert.ok(has("HOME") && has("NODE_ENV"));
  for (const name of [
    "NODE_OPTIONS",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "GLIBC_TUNABLES",
    "CORDON_CELL",
    "NODE_PATH",
  ]) {
    assert.ok(!has(name), name);
  }
  assert.ok(has("NODE_EXTRA_CA_CERTS", policyOf("--allow-env=NODE_EXTRA_CA_CERTS")));
  assert.ok(!has("NODE_EXTRA_CA_CERTS", policyOf("--allow-env=NODE_*")));
  assert.ok(!has("NODE_ENV", policyOf("--allow-env", "--deny-env=NODE_*")));
});

test("a granted program name does not grant a file of that name; a denied one does deny it", () => {
  const runs = (policy: Policy, program: string): boolean =>
    decide(policy, { scope: "run", program }).granted;
  assert.ok(runs(policyOf("--allow-run=git"), "git") && !runs(policyOf("--allow-run=git"), "/tmp/git"));
  const most = policyOf("--allow-child-process", "--deny-run=sh");
  assert.ok(runs(most, "/bin/ls") && !runs(most, "/bin/sh") && !runs(most, "sh"));
  assert.ok(!runs(most, "./ls") && !runs(most, ""));
});

test("a denial of a switch outweighs its grant", () => {
  assert.ok(decide(policyOf("--allow-worker"), { scope: "worker" }).granted);
  assert.ok(!decide(policyOf("--allow-worker", "--deny-worker"), { scope: "worker" }).granted);
});

test("a denial says what would grant it, or what stands against it", () => {
  const policy = policyOf("--allow-fs-read=/a", "--deny-fs-read=/a/b");
  const under = decide(policy, { scope: "fs.read", path: "/a/b/c d" });
  assert.ok(!under.granted);
  assert.equal(
    explainDenial(under.denial),
    "Reading /a/b/c d is not granted. Grant it with '--allow-fs-read=/a/b/c d'",
  );
  const at = decide(policy, { scope: "fs.read", path: "/a/b" });
  assert.ok(!at.granted && at.rule === "--deny-fs-read=/a/b" && at.denial.grant === "");
  assert.match(explainDenial(at.denial), /--deny-fs-read=\/a\/b denies it/);
});

test("an explanation carries no control characters of the program's into a terminal", () => {
  const denied = decide(policyOf(), { scope: "fs.read", path: "/a/\u001b[2J\n\u202ex" });
  assert.ok(!denied.granted);
  assert.doesNotMatch(explainDenial(denied.denial), /[\p{Cc}\p{Cf}]/u);
});

test("restricting keeps the smaller limits, the hashes and the deeper denials of both", () => {
  const hash = "a".repeat(64);
  const text = JSON.stringify({
    allow: { addon: [{ path: "/lib/x.node", sha256: hash }], "fs.read": ["/app"] },
    limits: { memory: "1GB" },
    accept: ["limits"],
  });
  const outer = mergePolicies(parsePolicyFile(text, { file: "host.json", directory: "/" }));
  const inner = policyOf(
    "--allow-addons=/lib",
    "--allow-read",
    "--deny-read=/app/x",
    "--limit-memory=2GB",
    "--accept=limits",
  );
  const both = restrictPolicy(outer, inner);
  assert.equal(both.limits.memory, 1024 ** 3);
  assert.deepEqual(both.accept, ["limits"]);
  assert.deepEqual(
    both.addon.allow.map(({ path, sha256 }) => [path, sha256]),
    [["/lib/x.node", hash]],
  );
  assert.ok(reads(both, "/app/y") && !reads(both, "/app/x") && !reads(both, "/etc"));
  const other = policyOf("--allow-addons=/lib/x.node");
  const pinned = mergePolicies(
    parsePolicyFile(text.replace(hash, "b".repeat(64)), { file: "other.json", directory: "/" }),
  );
  assert.equal(restrictPolicy(outer, other).addon.allow[0]?.sha256, hash);
  assert.deepEqual(restrictPolicy(outer, pinned).addon.allow, []);
});

test("a policy of more rules than a file may have is not printed as one", () => {
  const names = (letter: string): string => Array.from({ length: 200 }, (_, index) => letter + index).join();
  const [first, second] = ["A", "B"].map(
    (letter) => parseGrantFlags([`--allow-env=${names(letter)}`], { directory: "/app" }).document,
  );
  assert.ok(first !== undefined && second !== undefined);
  printPolicy(mergePolicies(first));
  assert.throws(() => printPolicy(mergePolicies(first, second)), {
    code: "ERR_POLICY_INVALID",
    message: /policy \/allow\/env: Expected at most 256 rules.*got 400.*fewer, wider/,
  });
});

test("restricting grants the programs in a directory also where one of its own name is denied", () => {
  const policy = policyOf("--allow-run=/opt/git", "--deny-run=git");
  const runs = (program: string): boolean =>
    decide(restrictPolicy(policy, policy), { scope: "run", program }).granted;
  assert.ok(runs("/opt/git/bin/git-log"));
  assert.ok(!runs("/opt/git/bin/git") && !runs("/opt/git") && !runs("git"));
});

test("two lists that cut each other into too many pieces are refused, not worked through", () => {
  const hosts = Array.from({ length: 250 }, (_, index) => `10.0.${index}.0/24:${1000 + index}`);
  const ports = Array.from({ length: 250 }, (_, index) => `:${2000 + index * 2}`);
  assert.throws(
    () => restrictPolicy(policyOf(`--allow-net=${hosts.join()}`), policyOf(`--allow-net=${ports.join()}`)),
    (error) => isCordonError(error, "ERR_POLICY_INVALID") && /cut each other/.test(error.message),
  );
});

test("a tenant's name lies within a host's public grant", () => {
  const both = restrictPolicy(policyOf("--allow-net=public"), policyOf("--allow-net=api.test:443"));
  assert.deepEqual(
    both["net.connect"].allow.map(({ text }) => text),
    ["tcp://api.test:443"],
  );
});

test("where a host's grant and a tenant's cross, the result stays within both", () => {
  const connects = (policy: Policy, address: string, name?: string): boolean => {
    const peer = name === undefined ? { address } : { address, name };
    return decide(policy, { scope: "net.connect", protocol: "tcp", port: 443, ...peer }).granted;
  };
  const hidden = restrictPolicy(policyOf("--allow-net", "--deny-net=public"), policyOf("--allow-net=a.test"));
  assert.ok(!connects(hidden, "a.test") && !connects(hidden, "8.8.8.8", "a.test"));
  const partly = restrictPolicy(policyOf("--allow-net=public"), policyOf("--allow-net=8.0.0.0/5"));
  assert.ok(connects(partly, "8.8.8.8") && connects(partly, "15.0.0.1"));
  assert.ok(!connects(partly, "10.0.0.1") && !connects(partly, "16.0.0.1"));
  const holed = restrictPolicy(
    policyOf("--allow-net=10.0.0.0/8", "--deny-net=10.1.0.0/16"),
    policyOf("--allow-net=10.1.2.0/24,10.2.0.0/16:443"),
  );
  assert.ok(connects(holed, "10.2.0.1") && !connects(holed, "10.1.2.3") && !connects(holed, "10.3.0.1"));
});
