// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { add, closingLine, exitCodeOf, readClosingLines } from "../testing/tally.ts";

test("a closing line reads back as what it was written from", () => {
  assert.deepEqual(readClosingLines(`noise\n${closingLine({ passed: 3, failed: 1 })}\n`), {
    passed: 3,
    failed: 1,
  });
});

test("the closing lines of several programs add up, with or without a name in front", () => {
  assert.deepEqual(readClosingLines("unit: 3 passed, 0 failed\nfuzz: 2 passed, 1 failed\n"), {
    passed: 5,
    failed: 1,
  });
  assert.deepEqual(add([]), { passed: 0, failed: 0 });
});

test("output without a closing line is no result", () => {
  assert.equal(readClosingLines("all 3 passed, 0 failed!\n"), undefined);
});

test("a run without a single test is a failure", () => {
  assert.equal(exitCodeOf({ passed: 0, failed: 0 }), 1);
  assert.equal(exitCodeOf({ passed: 1, failed: 0 }), 0);
  assert.equal(exitCodeOf({ passed: 1, failed: 1 }), 1);
});
