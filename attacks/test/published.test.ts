// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadAttacks } from "../harness/catalogue.ts";
import { cveOf, published } from "../harness/published.ts";

const programs = (await loadAttacks()).filter((attack) => attack.class === 34);

test("each published bypass has one program, or says why it can have none", () => {
  for (const { cve, none } of published) {
    const found = programs.filter(({ name }) => cveOf(name) === cve);
    assert.equal(found.length, none === undefined ? 1 : 0, cve);
  }
});

test("each program of class 34 replays a bypass of the table, on a Node that is older than its mend", () => {
  for (const { name, attack } of programs) {
    const entry = published.find(({ cve }) => cve === cveOf(name));
    assert.ok(entry, name);
    const had = attack.version?.node.split("-").slice(1).map(Number) ?? [];
    const fixed = entry.fixed.split(".").map(Number);
    const differs = [0, 1, 2].find((index) => had[index] !== fixed[index]) ?? 0;
    assert.ok((had[differs] ?? 99) < (fixed[differs] ?? 0), `${name}: ${had.join(".")} < ${entry.fixed}`);
    assert.ok(attack.claim.includes(entry.cve), name);
  }
});

test("no bypass stands twice in the table", () => {
  assert.equal(new Set(published.map(({ cve }) => cve)).size, published.length);
});
