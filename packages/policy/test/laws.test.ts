// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decide } from "../src/decide.ts";
import { parsePolicyFile } from "../src/file.ts";
import { mergePolicies } from "../src/merge.ts";
import { policyFromPlain, policyToPlain } from "../src/plain.ts";
import { printPolicy } from "../src/print.ts";
import { restrictPolicy } from "../src/restrict.ts";
import type { AccessRequest, Policy } from "../src/types.ts";
import { anyFlag, anyFlags, anyLimitFlag, anyPath, anyRequest, flags, policyOf } from "./policies.ts";

const at = { file: "cordon.json", directory: "/elsewhere" };
const often = { numRuns: 2000 };

function allows(policy: Policy, request: AccessRequest): boolean {
  return decide(policy, request).granted;
}

function withoutOrigins(policy: Policy): unknown {
  return policyToPlain(policy);
}

test("without a grant nothing is granted", () => {
  fc.assert(fc.property(anyRequest, (request) => !allows(mergePolicies(), request)));
});

test("one more denial never grants anything", () => {
  fc.assert(
    fc.property(anyFlags, anyFlag("deny"), anyRequest, (args, denial, request) => {
      const before = allows(policyOf(...args), request);
      const after = allows(policyOf(...args, denial), request);
      assert.ok(before || !after);
    }),
    often,
  );
});

test("one more grant never refuses anything", () => {
  fc.assert(
    fc.property(anyFlags, anyFlag("allow"), anyRequest, (args, grant, request) => {
      const before = allows(policyOf(...args), request);
      const after = allows(policyOf(...args, grant), request);
      assert.ok(!before || after);
    }),
    often,
  );
});

test("the deepest rule that covers a path decides, and a denial at the same depth wins", () => {
  const rule = fc.record({ effect: fc.constantFrom("allow", "deny"), path: anyPath });
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 8 }), anyPath, (rules, path) => {
      const policy = policyOf(...rules.map((each) => `--${each.effect}-fs-read=${each.path}`));
      // The same law said another way: walk up from the path until somebody speaks.
      let expected = false;
      for (let place: string | undefined = path; place !== undefined; place = parentOf(place)) {
        const here = rules.filter((each) => each.path === place);
        if (here.length === 0) continue;
        expected = here.every((each) => each.effect === "allow");
        break;
      }
      assert.equal(allows(policy, { scope: "fs.read", path }), expected);
    }),
    often,
  );
});

function parentOf(path: string): string | undefined {
  if (path === "/") return undefined;
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

test("printing a policy and parsing it gives the same policy", () => {
  fc.assert(
    fc.property(anyFlags, fc.array(anyLimitFlag, { maxLength: 1 }), (args, limit) => {
      const policy = policyOf(...args, ...limit);
      const read = mergePolicies(parsePolicyFile(printPolicy(policy), at));
      assert.deepEqual(withoutOrigins(read), withoutOrigins(policy));
    }),
    often,
  );
});

test("a policy that went through JSON decides the same", () => {
  fc.assert(
    fc.property(anyFlags, anyRequest, (args, request) => {
      const policy = policyOf(...args);
      const revived = policyFromPlain(JSON.parse(JSON.stringify(policyToPlain(policy))));
      assert.deepEqual(policyToPlain(revived), policyToPlain(policy));
      assert.equal(allows(revived, request), allows(policy, request));
    }),
  );
});

test("a file and flags, in either order, make one policy", () => {
  fc.assert(
    fc.property(anyFlags, anyFlags, (first, second) => {
      const file = parsePolicyFile(printPolicy(policyOf(...first)), at);
      assert.deepEqual(
        withoutOrigins(mergePolicies(file, flags(...second))),
        withoutOrigins(mergePolicies(flags(...second), file)),
      );
    }),
  );
});

test("a policy of a file and of what it extends grants nothing that neither of them grants", () => {
  fc.assert(
    fc.property(anyFlags, anyFlags, anyRequest, (base, own, request) => {
      const [extended, file] = [flags(...base), parsePolicyFile(printPolicy(policyOf(...own)), at)];
      const either = allows(mergePolicies(extended), request) || allows(mergePolicies(file), request);
      for (const both of [mergePolicies(extended, file), mergePolicies(file, extended)])
        assert.ok(either || !allows(both, request));
    }),
    often,
  );
});

test("to extend a file that only denies never grants anything", () => {
  const denials = fc.array(anyFlag("deny"), { maxLength: 6 });
  fc.assert(
    fc.property(anyFlags, denials, anyRequest, (own, base, request) => {
      const before = allows(policyOf(...own), request);
      assert.ok(before || !allows(mergePolicies(flags(...base), flags(...own)), request));
    }),
    often,
  );
});

test("a rule for exactly what is asked outweighs all others, and denies where two such rules tie", () => {
  fc.assert(
    fc.property(anyFlags, anyPath, fc.constantFrom("A", "AB", "HOME"), (others, path, name) => {
      // `/*` is how `*` is written in full: it ties with the root.
      fc.pre(path !== "/");
      const exact: readonly (readonly [string, string, AccessRequest])[] = [
        ["fs-read", path, { scope: "fs.read", path }],
        ["fs-write", path, { scope: "fs.write", path }],
        ["env", name, { scope: "env", name }],
        [
          "net",
          "tcp://10.1.2.3:443",
          { scope: "net.connect", protocol: "tcp", address: "10.1.2.3", port: 443 },
        ],
      ];
      for (const [flag, value, request] of exact) {
        const denial = `--deny-${flag}=${value}`;
        const without = others.filter((other) => other !== denial);
        // Without a protocol a denial is about both.
        const isTied = without.includes(denial.replace("tcp://", ""));
        assert.ok(!allows(policyOf(...others, denial), request), denial);
        assert.ok(!allows(policyOf(...others, `--allow-${flag}=${value}`, denial), request), denial);
        if (!isTied) assert.ok(allows(policyOf(...without, `--allow-${flag}=${value}`), request), value);
      }
    }),
    often,
  );
});

test("a restricted policy never grants what either refuses", () => {
  fc.assert(
    fc.property(anyFlags, anyFlags, anyRequest, (first, second, request) => {
      const [outer, inner] = [policyOf(...first), policyOf(...second)];
      const both = allows(outer, request) && allows(inner, request);
      assert.ok(both || !allows(restrictPolicy(outer, inner), request));
    }),
    { numRuns: 5000 },
  );
});

test("a restricted policy grants what both grant, but for hosts and programs known by two kinds of name", () => {
  fc.assert(
    fc.property(anyFlags, anyFlags, anyRequest, (first, second, request) => {
      fc.pre(request.scope !== "run" && !request.scope.startsWith("net.c"));
      const [outer, inner] = [policyOf(...first), policyOf(...second)];
      const both = allows(outer, request) && allows(inner, request);
      assert.equal(allows(restrictPolicy(outer, inner), request), both);
    }),
    often,
  );
});

test("a policy restricted by itself decides as before", () => {
  fc.assert(
    fc.property(anyFlags, anyRequest, (args, request) => {
      const policy = policyOf(...args);
      assert.equal(allows(restrictPolicy(policy, policy), request), allows(policy, request));
    }),
    often,
  );
});

/** A file has no longer list. */
function isTooLong(policy: Policy): boolean {
  return Object.values(policy["net.connect"]).some(({ length }) => length > 256);
}

test("a restricted policy survives printing and parsing, or is too long for a file and is not printed", () => {
  fc.assert(
    fc.property(anyFlags, anyFlags, (first, second) => {
      const policy = restrictPolicy(policyOf(...first), policyOf(...second));
      const rulesOf = (each: Policy): string[] =>
        [...each["net.connect"].allow, ...each["net.connect"].deny].map(({ text }) => text).sort();
      if (isTooLong(policy)) {
        assert.throws(() => printPolicy(policy), { code: "ERR_POLICY_INVALID" });
        return;
      }
      assert.deepEqual(rulesOf(mergePolicies(parsePolicyFile(printPolicy(policy), at))), rulesOf(policy));
    }),
  );
});

test("the grant that a denial names turns the decision round", () => {
  fc.assert(
    fc.property(anyFlags, anyRequest, (args, request) => {
      const decision = decide(policyOf(...args), request);
      if (decision.granted || decision.denial.grant === "") return;
      assert.ok(allows(policyOf(...args, decision.denial.grant), request), decision.denial.grant);
    }),
    often,
  );
});

test("only a denial that is as specific as can be leaves no grant to name", () => {
  fc.assert(
    fc.property(anyFlags, anyRequest, (args, request) => {
      const decision = decide(policyOf(...args), request);
      if (decision.granted || decision.denial.grant !== "") return;
      assert.ok(decision.denial.reason);
      assert.ok(decision.rule !== undefined || (request.scope === "env" && request.name === "NODE_OPTIONS"));
    }),
    often,
  );
});

const anySwitch = fc.constantFrom("worker", "wasi", "ffi", "inspector");

test("a switch that anybody has denied stays off: in any document, before or after, in a tenant's policy, on paper, as data", () => {
  fc.assert(
    fc.property(anySwitch, anyFlags, anyFlags, fc.boolean(), (scope, first, second, isLast) => {
      const request = { scope } as AccessRequest;
      const denying = flags(...first, `--deny-${scope}`);
      const granting = flags(...second, `--allow-${scope}`);
      const merged = isLast ? mergePolicies(granting, denying) : mergePolicies(denying, granting);
      const granted = policyOf(`--allow-${scope}`);
      const restricted = restrictPolicy(granted, merged);
      fc.pre(!isTooLong(restricted));
      const printed = parsePolicyFile(printPolicy(merged), at);
      const revived = policyFromPlain(JSON.parse(JSON.stringify(policyToPlain(merged))));
      for (const policy of [
        merged,
        mergePolicies(printed, granting),
        revived,
        restricted,
        restrictPolicy(merged, granted),
        mergePolicies(parsePolicyFile(printPolicy(restricted), at), granting),
      ]) {
        const decision = decide(policy, request);
        assert.ok(!decision.granted);
        assert.equal(decision.rule, `--deny-${scope}`);
        assert.equal(decision.denial.grant, "");
        assert.match(decision.denial.reason ?? "", /denies it/);
      }
    }),
    { numRuns: 300 },
  );
});

test("a switch that nobody has denied is on exactly where both policies grant it", () => {
  fc.assert(
    fc.property(anySwitch, fc.boolean(), fc.boolean(), (scope, outer, inner) => {
      const policy = (isOn: boolean): Policy => policyOf(...(isOn ? [`--allow-${scope}`] : []));
      const request = { scope } as AccessRequest;
      assert.equal(allows(restrictPolicy(policy(outer), policy(inner)), request), outer && inner);
      const decision = decide(policy(false), request);
      assert.equal(decision.granted ? "" : decision.denial.grant, `--allow-${scope}`);
    }),
  );
});
