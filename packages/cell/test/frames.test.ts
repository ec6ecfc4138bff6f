// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { addFrames, firstPlace, framesOf, ownFrames } from "../src/frames.ts";

test("a line is a frame, or with an older V8 all of them without anything between", () => {
  assert.deepEqual(framesOf("spin (/app/loop.js:3:9)"), ["spin (/app/loop.js:3:9)"]);
  assert.deepEqual(
    framesOf(
      "RegExp.test (<anonymous>)spin (/app/loop.js:3:9)file:///app/main.mjs:2:44Module._load (node:internal/x:965:12)node:internal/main/y:23:47",
    ),
    [
      "RegExp.test (<anonymous>)",
      "spin (/app/loop.js:3:9)",
      "file:///app/main.mjs:2:44",
      "Module._load (node:internal/x:965:12)",
      "node:internal/main/y:23:47",
    ],
  );
});

test("frames are bounded in number and length", () => {
  let frames: readonly string[] = [];
  for (let index = 0; index < 100; index++) frames = addFrames(frames, `f${index} (/a.js:1:1)`);
  assert.equal(frames.length, 32);
  assert.equal(framesOf("x".repeat(10_000))[0]?.length, 300);
  assert.deepEqual(framesOf("  "), []);
});

test("Node's own frames and the runtime's say nothing", () => {
  assert.deepEqual(
    ownFrames([
      "spin (/app/a.js:1:2)",
      "Module._load (node:internal/x:965:12)",
      "node:internal/main/y:23:47",
    ]),
    ["spin (/app/a.js:1:2)"],
  );
});

test("the place is the innermost frame that has one", () => {
  assert.equal(
    firstPlace(["Atomics.wait (<anonymous>)", "hold (/app/a.js:1:2)", "b (/app/b.js:1:1)"]),
    "hold (/app/a.js:1:2)",
  );
  assert.equal(firstPlace(["JSON.parse (<anonymous>)"]), "JSON.parse (<anonymous>)");
  assert.equal(firstPlace([]), undefined);
});
