// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decide } from "../src/decide.ts";
import { holds, holdsAll, holdsSome, scopesNamed } from "../src/holds.ts";
import { isDropOrigin, narrowPolicy, parseDrop } from "../src/narrow.ts";
import { mergePolicies } from "../src/merge.ts";
import type { AccessRequest, Policy, Scope } from "../src/types.ts";
import { anyDropped, anyFlags, anyRequest, policyOf } from "./policies.ts";

const often = { numRuns: 5000 };

function allows(policy: Policy, request: AccessRequest): boolean {
  return decide(policy, request).granted;
}

function dropped(policy: Policy, scope: Scope, reference?: string): Policy {
  return narrowPolicy(policy, parseDrop(scope, reference, "/app"));
}

/** Everything that one reference stands for. */
function granting(scope: Scope, reference: string | undefined): Policy {
  const { rule, rules } = parseDrop(scope, reference, "/app") as { rule?: object; rules?: readonly object[] };
  const allow = rules ?? (rule === undefined ? undefined : [rule]);
  return { ...mergePolicies(), [scope]: allow === undefined ? true : { allow, deny: [] } };
}

test("giving something up never grants anything", () => {
  fc.assert(
    fc.property(anyFlags, anyDropped, anyRequest, (args, { scope, reference }, request) => {
      const policy = policyOf(...args);
      assert.ok(allows(policy, request) || !allows(dropped(policy, scope, reference), request));
    }),
    often,
  );
});

test("all that is given up is refused, whatever grants are more specific", () => {
  fc.assert(
    fc.property(anyFlags, anyDropped, anyRequest, (args, { scope, reference }, request) => {
      fc.pre(allows(granting(scope, reference), request));
      assert.ok(!allows(dropped(policyOf(...args), scope, reference), request));
    }),
    often,
  );
});

test("what has nothing to do with it is decided as before", () => {
  fc.assert(
    fc.property(anyFlags, anyDropped, anyRequest, (args, { scope, reference }, request) => {
      fc.pre(scope !== request.scope);
      const policy = policyOf(...args);
      assert.equal(allows(dropped(policy, scope, reference), request), allows(policy, request));
    }),
    often,
  );
});

test("the order of two drops does not matter", () => {
  fc.assert(
    fc.property(anyFlags, anyDropped, anyDropped, anyRequest, (args, one, two, request) => {
      const policy = policyOf(...args);
      const forth = dropped(dropped(policy, one.scope, one.reference), two.scope, two.reference);
      const back = dropped(dropped(policy, two.scope, two.reference), one.scope, one.reference);
      assert.equal(allows(forth, request), allows(back, request));
    }),
    often,
  );
});

test("a grant inside of what is given up goes with it", () => {
  const policy = policyOf("--allow-fs-read=/a,/a/b/c", "--deny-fs-read=/a/b");
  assert.ok(holds(policy, "fs.read", "/a/b/c/d", "/"));
  assert.ok(!holds(dropped(policy, "fs.read", "/a"), "fs.read", "/a/b/c/d", "/"));
  assert.ok(holds(dropped(policy, "fs.read", "/a/x"), "fs.read", "/a/y", "/"));
});

test("a family of addresses that is given up is not outweighed by a grant of the public ones", () => {
  for (const [family, address] of [
    ["0.0.0.0/0", "8.8.8.8"],
    ["::/0", "2606:4700::1"],
  ] as const) {
    const request: AccessRequest = { scope: "net.connect", protocol: "tcp", address, port: 443 };
    const policy = policyOf("--allow-net=public");
    assert.ok(allows(policy, request));
    assert.ok(!allows(dropped(policy, "net.connect", family), request));
  }
});

test("a network that is given up takes the addresses in it, and of a port that one alone", () => {
  const policy = policyOf("--allow-net=10.0.0.5,public,api.test:443");
  const later = dropped(policy, "net.connect", "10.0.0.0/8:80");
  assert.ok(!holds(later, "net.connect", "10.0.0.5:80", "/"));
  assert.ok(holds(later, "net.connect", "10.0.0.5:81", "/"));
  assert.ok(holds(later, "net.connect", "api.test:443", "/"));
  assert.ok(!holds(dropped(later, "net.connect", "api.test"), "net.connect", "api.test:443", "/"));
});

test("a refusal after a drop names the drop", () => {
  const decision = decide(dropped(policyOf("--allow-env=A"), "env", "A"), { scope: "env", name: "A" });
  assert.ok(!decision.granted && decision.rule !== undefined && isDropOrigin(decision.rule));
  assert.equal(decision.rule, 'process.permission.drop("env", "A")');
});

test("names at run time are ours, Node's and those of the earlier proposals", () => {
  assert.deepEqual(scopesNamed("fs"), ["fs.read", "fs.write"]);
  assert.deepEqual(scopesNamed("fs.in"), ["fs.read"]);
  assert.deepEqual(scopesNamed("child"), ["run"]);
  assert.deepEqual(scopesNamed("sys"), ["sys"]);
  assert.deepEqual(scopesNamed("toString"), []);
});

test("without a reference the whole scope is asked for", () => {
  assert.ok(holdsAll(policyOf("--allow-fs-read=*"), "fs.read"));
  assert.ok(!holdsAll(policyOf("--allow-fs-read=/a"), "fs.read"));
  assert.ok(holdsSome(policyOf("--allow-fs-read=/a"), "fs.read"));
  assert.ok(!holdsAll(dropped(policyOf("--allow-net"), "net.connect", "10.0.0.0/8"), "net.connect"));
  assert.ok(holdsAll(policyOf("--allow-run"), "run"));
  assert.ok(!holdsAll(dropped(policyOf("--allow-worker"), "worker"), "worker"));
});

test("what no rule could name is not granted", () => {
  const everything = policyOf("--allow-net", "--allow-env=*", "--allow-run");
  for (const reference of ["http://x/", "a b", "127.1", ""]) {
    assert.ok(!holds(everything, "net.connect", reference, "/"), reference);
  }
  assert.ok(!holds(everything, "env", "LD_PRELOAD", "/"));
});
