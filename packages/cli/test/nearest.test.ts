// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "../src/command-line/nearest.ts";

test("a slip of the finger finds the word that was meant", () => {
  assert.equal(nearest("rnu", ["run", "serve"]), undefined);
  assert.equal(nearest("runn", ["run", "serve"]), "run");
  assert.equal(nearest("docter", ["run", "doctor"]), "doctor");
  assert.equal(nearest("--polcy", ["--policy", "--node"]), "--policy");
});

test("a word that is near to nothing finds nothing", () => {
  assert.equal(nearest("script.js", ["run", "serve", "explain"]), undefined);
});
