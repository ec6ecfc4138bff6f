// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareCodes } from "../checks/error-codes.ts";
import { importsOf, judge } from "../checks/imports.ts";
import { judgeLockfile } from "../checks/lockfiles.ts";

test("imports are found in every form, and strings that only look like one are not", () => {
  const source = [
    'import { a } from "./a.ts";',
    "import type {\n  B,\n} from '@cordon/policy';",
    'import "./effect.ts";',
    'export * from "./c.ts";',
    'const d = await import("@cordon/server");',
    'export const parts = (line: string) => line.split(".");',
  ].join("\n");
  assert.deepEqual(importsOf(source), [
    "./a.ts",
    "@cordon/policy",
    "./effect.ts",
    "./c.ts",
    "@cordon/server",
  ]);
});

test("an import against the one direction is refused", () => {
  assert.equal(judge("packages/cell/src/cell.ts", "@cordon/walls"), undefined);
  assert.match(judge("packages/walls/src/plan.ts", "@cordon/cell") ?? "", /may import @cordon\/policy/);
  assert.match(judge("packages/runtime/src/preload.ts", "@cordon/walls") ?? "", /may import @cordon\/policy/);
  assert.match(judge("packages/cell/src/cell.ts", "../../walls/src/plan.ts") ?? "", /stays in its package/);
  assert.match(judge("packages/cell/src/cell.ts", "./limits") ?? "", /ends in \.ts/);
});

test("the policy has no effects and no dependencies", () => {
  assert.match(judge("packages/policy/src/parse.ts", "node:fs") ?? "", /pure/);
  assert.match(judge("packages/policy/src/parse.ts", "zod") ?? "", /no dependencies/);
  assert.equal(judge("packages/policy/src/parse.ts", "./scope.ts"), undefined);
});

test("a lockfile that names a registry or lacks a hash is refused", () => {
  const lockfile = (entry: object): string => JSON.stringify({ packages: { "node_modules/a": entry } });
  assert.deepEqual(judgeLockfile("l", lockfile({ version: "1.0.0", integrity: "sha512-x" })), []);
  assert.match(
    judgeLockfile("l", lockfile({ resolved: "https://registry.example/a.tgz", integrity: "sha512-x" }))[0] ??
      "",
    /registry\.example/,
  );
  assert.match(judgeLockfile("l", lockfile({ version: "1.0.0" }))[0] ?? "", /no integrity hash/);
});

test("an error code without its entry in the documentation is found, and the other way round", () => {
  assert.deepEqual(compareCodes(["ERR_A"], "| `ERR_A` | …"), []);
  assert.match(compareCodes(["ERR_A", "ERR_B"], "| `ERR_A` |")[0] ?? "", /lacks ERR_B/);
  assert.match(compareCodes([], "| `ERR_A` |")[0] ?? "", /ERR_A, which is not registered/);
});
