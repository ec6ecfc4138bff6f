// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { errorRegister } from "../src/errors.ts";
import { grantFlags } from "../src/flags.ts";
import { published, readPublished } from "./published.ts";

for (const { path, make } of published) {
  test(`${path} is what its sources say`, () => {
    const current = readPublished(path);
    assert.ok(current === make(current), `${path} is stale: run node packages/policy/test/published.ts`);
  });
}

test("docs/errors.md has every code of the register, and no other", () => {
  const documented = readPublished("docs/errors.md").matchAll(/^## (.+)$/gm);
  assert.deepEqual(
    [...documented].map((match) => match[1]),
    Object.keys(errorRegister),
  );
});

test("docs/permissions.md names every allow and limit flag", () => {
  const page = readPublished("docs/permissions.md");
  for (const flag of grantFlags()) {
    if (!flag.startsWith("--deny-")) assert.ok(page.includes(`\`${flag}`), flag);
  }
});
