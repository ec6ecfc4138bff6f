// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { Attack } from "../harness/attack.ts";
import { hostile } from "../class-19-path-tricks/plain-path.ts";
import { buildNative } from "../harness/native.ts";
import { runControl, runInCell } from "../harness/run.ts";
import { openStage } from "../harness/stage.ts";

const user = process.getuid?.() === 0 ? "root" : "ordinary";

before(buildNative);

test("the suite sees an escape from a real cell: a policy that grants the secret lets it out", async () => {
  const stage = openStage(user);
  try {
    const generous: Attack = { ...hostile, grants: (site) => [`--allow-fs-read=${site.outside}`] };
    const verdict = await runInCell(stage, { name: "generous", class: 19, attack: generous }, "all");
    assert.deepEqual(verdict, { result: "escaped", by: "the secret came out" });
  } finally {
    stage.dispose();
  }
});

test("the suite sees a control that proves nothing", async () => {
  const stage = openStage(user);
  try {
    const harmless: Attack = { ...hostile, program: (cell) => cell.refused("EACCES") };
    const { control } = await runControl(stage, { name: "harmless", class: 19, attack: harmless });
    assert.equal(control, "failed");
  } finally {
    stage.dispose();
  }
});
