// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const cordon = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, "../bin/cordon.js"), ...args], { encoding: "utf8" });

test("help and version go to stdout and end with 0", () => {
  assert.match(cordon("help").stdout, /cordon run \[options\]/);
  assert.equal(cordon().stdout, cordon("--help").stdout);
  assert.match(cordon("--version").stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(cordon("--version").status, 0);
});

test("an unknown command says which was meant", () => {
  const { status, stderr } = cordon("docter");
  assert.equal(status, 125);
  assert.match(stderr, /expected a command among .*, got docter/);
  assert.match(stderr, /Did you mean `cordon doctor`\?/);
});
