// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { forwardSignals } from "../src/run/signals.ts";

test("a signal is passed on once, and no longer after the cell has ended", async () => {
  const got: string[] = [];
  const ours = new AbortController();
  process.on("SIGHUP", () => {}); // Without any listener the last signal would end this test.
  {
    using _signals = forwardSignals({ signal: (name) => void got.push(name) });
    const seen = once(process, "SIGHUP", { signal: ours.signal });
    process.kill(process.pid, "SIGHUP");
    await seen;
  }
  const seen = once(process, "SIGHUP", { signal: ours.signal });
  process.kill(process.pid, "SIGHUP");
  await seen;
  assert.deepEqual(got, ["SIGHUP"]);
});
