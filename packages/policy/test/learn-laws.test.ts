// SPDX-License-Identifier: Apache-2.0
// What holds of every learnt policy, whatever a program used.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decide } from "../src/decide.ts";
import { parsePolicyFile } from "../src/file.ts";
import { coverPaths, isCovered } from "../src/learn/cover.ts";
import { writeLearnt } from "../src/learn/document.ts";
import { standingOf } from "../src/learn/granted.ts";
import { learnRules } from "../src/learn/learn.ts";
import { nameAsked } from "../src/learn/question.ts";
import type { LearntUse } from "../src/learn/types.ts";
import { mergePolicies } from "../src/merge.ts";
import { facts } from "./learn/facts.ts";

const names = [
  "a",
  "b",
  "c",
  "d",
  "e",
  "node_modules",
  ".git",
  "usr",
  "etc",
  "home",
  "ada",
  "project",
  "tmp",
  "srv",
];
const anyPath = fc
  .array(fc.constantFrom(...names), { minLength: 1, maxLength: 6 })
  .map((parts) => `/${parts.join("/")}`);
const anyUse: fc.Arbitrary<LearntUse> = fc.oneof(
  fc.record({
    use: fc.constantFrom("read", "look", "write", "change", "make", "remove", "move", "execute", "map"),
    kind: fc.constantFrom("file", "directory", "none", "other"),
    resource: anyPath,
    real: fc.oneof(fc.constant(""), anyPath),
    by: fc.constantFrom("/usr/bin/node", "/usr/bin/git", ""),
  }),
  fc.record({
    use: fc.constantFrom("connect", "listen"),
    kind: fc.constant("tcp"),
    resource: fc.constantFrom(
      "tcp://10.0.0.1:80",
      "tcp://[::]:0",
      "udp://[2001:db8::1]:9",
      "tcp://127.0.0.1:40000",
      "x",
    ),
    real: fc.constant(""),
    by: fc.constant(""),
  }),
  fc.record({
    use: fc.constantFrom("env", "worker", "copied", "unix", "name", "question"),
    kind: fc.constant("runtime"),
    resource: fc.constantFrom("HOME", "NODE_OPTIONS", "=", "/run/x.sock", "@y", "h 1.2.3.4"),
    real: fc.constant(""),
    by: fc.constant(""),
  }),
);
const anyUses = fc.array(anyUse, { maxLength: 60 });
const anyKind = fc.func(fc.constantFrom("file" as const, "directory" as const, "none" as const));
const often = { numRuns: 500 };

const known = (kindOf: (path: string) => "file" | "directory" | "none") =>
  facts({ kindOf, environment: { HOME: "/home/ada", PATH: "/usr/bin" } });

test("what is written is a policy, and grants each of its rules", () => {
  fc.assert(
    fc.property(anyUses, anyKind, (uses, kindOf) => {
      const { rules } = learnRules(uses, known(kindOf));
      const text = writeLearnt(rules);
      const at = { file: "cordon.json", directory: "/home/ada/project" };
      const policy = mergePolicies(parsePolicyFile(text, at));
      for (const rule of rules)
        assert.equal(standingOf(rule, policy, at.directory), "granted", JSON.stringify(rule));
    }),
    often,
  );
});

test("no rule for files is as wide as the root, a home, what lies above one, or a system's directory", () => {
  const wide = ["/", "/home", "/home/ada", "/usr", "/etc", "/srv"];
  fc.assert(
    fc.property(anyUses, anyKind, (uses, kindOf) => {
      // A file of that very name is a file: the rule is no wider than it.
      const files = new Set(
        uses.filter(({ kind }) => kind !== "directory").flatMap(({ resource, real }) => [resource, real]),
      );
      const at = { file: "cordon.json", directory: "/home/ada/project" };
      const text = writeLearnt(learnRules(uses, known(kindOf)).rules);
      const { allow } = parsePolicyFile(text, at);
      for (const { path } of [...allow["fs.read"], ...allow["fs.write"]])
        assert.ok(!wide.includes(path) || files.has(path), path);
    }),
    often,
  );
});

test("the order of uses of files changes nothing", () => {
  fc.assert(
    fc.property(anyUses, anyKind, (uses, kindOf) => {
      const values = (given: readonly LearntUse[]): readonly string[] =>
        learnRules(given, known(kindOf))
          .rules.filter(({ scope }) => scope.startsWith("fs."))
          .map(({ scope, value }) => `${scope} ${value}`)
          .sort();
      assert.deepEqual(values(uses.toReversed()), values(uses));
    }),
    often,
  );
});

test("every file that was read is granted, or belongs to the cell, or is among what is left out on purpose", () => {
  fc.assert(
    fc.property(fc.array(anyPath, { maxLength: 40 }), (paths) => {
      const uses = paths.map((path) => ({
        use: "read",
        kind: "file",
        resource: path,
        real: "",
        by: "/usr/bin/node",
      }));
      const at = { file: "cordon.json", directory: "/home/ada/project" };
      const known = facts();
      const policy = mergePolicies(parsePolicyFile(writeLearnt(learnRules(uses, known).rules), at));
      for (const path of paths) {
        const isMark = path.endsWith("/.git");
        assert.ok(isMark || decide(policy, { scope: "fs.read", path }).granted, path);
      }
    }),
    often,
  );
});

test("a cover covers all uses, no rule of it covers another, and it is never longer than they are", () => {
  const anyPathUse = fc.record({ path: anyPath, whole: fc.boolean() });
  fc.assert(
    fc.property(fc.array(anyPathUse, { maxLength: 60 }), fc.nat({ max: 10 }), (uses, most) => {
      const rules = coverPaths(uses, { home: "/home/ada", project: "/home/ada/project", most });
      for (const { path, whole } of uses) if (!whole) assert.ok(isCovered(path, rules), path);
      for (const rule of rules)
        assert.ok(
          !isCovered(
            rule,
            rules.filter((other) => other !== rule),
          ),
          rule,
        );
      assert.ok(rules.length <= uses.length);
    }),
    often,
  );
});

test("no datagram, whatever its bytes, is more than a host name", () => {
  const anyHex = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString("hex"));
  fc.assert(
    fc.property(anyHex, (hex) => /^[a-z0-9_.-]{1,253}$/.test(nameAsked(hex) ?? "none")),
    often,
  );
});

test("a DNS query asks for its name", () => {
  const HEADER = "123401000001000000000000"; // an id, "recursion desired", one question
  const query = (name: string): string => {
    const labels = name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
    return `${HEADER}${Buffer.concat(labels).toString("hex")}0000010001`;
  };
  assert.equal(nameAsked(query("api.example.com")), "api.example.com");
  assert.equal(nameAsked(query("API.example.com").replace("1234", "ffff")), "api.example.com");
  assert.equal(nameAsked(query("a.b").replace("12340100", "12348100")), undefined, "an answer");
  assert.equal(nameAsked(query("a.b").slice(0, -12)), undefined, "cut short");
  assert.equal(nameAsked("xyz"), undefined);
});
