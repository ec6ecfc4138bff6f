// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { limitNames } from "@cordon/policy";
import { limitFacts } from "../src/limit-holds.ts";
import { limitPage, readLimitPage } from "./published.ts";

test("docs/limits.md is what its sources say", () => {
  const current = readLimitPage();
  assert.ok(
    current === limitPage(current),
    "docs/limits.md is stale: run node packages/walls/test/published.ts",
  );
});

test("every limit of a policy says what holds it, on every ground", () => {
  for (const name of limitNames) {
    const holds = Object.values(limitFacts[name].holds);
    assert.equal(holds.length, 3, name);
    for (const { level, by } of holds) assert.ok(level !== "full" || by !== "", name);
  }
});
