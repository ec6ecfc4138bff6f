// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { forwardSignals } from "../src/run/signals.ts";

test("a signal is passed on once, and no longer after the cell has ended", async () => {
  const got: string[] = [];
  const ours = new AbortController();
  process.on("SIGUSR2", () => {}); // Without any listener the last signal would end this test.
  {
    using _signals = forwardSignals({ signal: (name) => void got.push(name) });
    const seen = once(process, "SIGUSR2", { signal: ours.signal });
    process.kill(process.pid, "SIGUSR2");
    await seen;
  }
  const seen = once(process, "SIGUSR2", { signal: ours.signal });
  process.kill(process.pid, "SIGUSR2");
  await seen;
  assert.deepEqual(got, ["SIGUSR2"]);
});
