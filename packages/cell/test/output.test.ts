// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, type TestContext, test } from "node:test";
import type { CellLimit } from "../src/index.ts";
import { outcomeOf, type Setting, start } from "./support/cells.ts";

async function told(
  t: TestContext,
  setting: Setting,
): Promise<Awaited<ReturnType<typeof outcomeOf>> & { readonly met: readonly CellLimit[] }> {
  const cell = await start(t, setting);
  cell.stdin?.end();
  const met: CellLimit[] = [];
  cell.on("limit", (limit) => met.push(limit));
  return { ...(await outcomeOf(cell)), met };
}

const write = (stream: 1 | 2, bytes: number): string =>
  `{ const fs = require("node:fs"); let left = ${bytes};
     while (left > 0) left -= fs.writeSync(${stream}, Buffer.alloc(Math.min(left, 65536), "${stream}")); }`;

suite("a limit on output", { concurrency: 2 }, () => {
  test("what is over the rate waits, arrives whole, and is told once a second", async (t) => {
    const started = performance.now();
    const { stdout, exit, met } = await told(t, {
      code: write(1, 300_000),
      flags: ["--limit-output=100KB"],
    });
    assert.equal(stdout.length, 300_000);
    assert.equal(exit.exitCode, 0);
    // A second's worth at once, and 64 KiB wait in the pipe when the program ends.
    assert.ok(performance.now() - started > 1000);
    const [first] = met;
    assert.equal(first?.limit, "output");
    assert.equal(first?.effect, "slowed");
    assert.equal(first?.value, 102_400);
    assert.ok(first !== undefined && first.peak > first.value, JSON.stringify(first));
    assert.ok(met.length <= 3);
  });

  test("without it, and below it, nothing waits", async (t) => {
    for (const flags of [[], ["--limit-output=1MB"]]) {
      const { stdout, met } = await told(t, { code: write(1, 300_000), flags });
      assert.equal(stdout.length, 300_000);
      assert.deepEqual(met, []);
    }
  });

  test("both streams share it, and each stays whole and by itself", async (t) => {
    const { stdout, stderr, met } = await told(t, {
      code: write(1, 100_000) + write(2, 100_000),
      flags: ["--limit-output=80KB"],
    });
    assert.equal(stdout, "1".repeat(100_000));
    assert.equal(stderr, "2".repeat(100_000));
    assert.ok(met.length >= 1);
  });

  test("a line without an end does not get past it, and nothing gathers on the host", async (t) => {
    const code = `const fs = require("node:fs"); const b = Buffer.alloc(65536, "x"); for (;;) fs.writeSync(1, b);`;
    const limited = await told(t, { code, flags: ["--limit-output=64KB", "--limit-wall-time=2s"] });
    assert.equal(limited.exit.limit, "wallTime");
    // A second's worth at once, one for each second, and what waited in the pipe.
    assert.ok(limited.stdout.length <= 6 * 65_536, String(limited.stdout.length));
    const free = await start(t, { code, flags: ["--limit-wall-time=2s"] });
    let bytes = 0;
    free.stdout?.on("data", (chunk: Buffer) => (bytes += chunk.length));
    await free.exited;
    assert.ok(bytes > 20 * 65_536, String(bytes));
  });

  test("a reader that goes away is told to the program as without the limit", async (t) => {
    const code = `process.stdout.on("error", ({ code }) => { process.stderr.write(code); process.exit(3); });
      setInterval(() => process.stdout.write("x".repeat(1000)), 1);`;
    const cell = await start(t, { code, flags: ["--limit-output=1MB"] });
    const { stdout, stderr } = cell;
    assert.ok(stdout !== null && stderr !== null);
    await once(stdout, "data");
    stdout.destroy();
    const [text] = (await once(stderr, "data")) as [Buffer];
    assert.equal(text.toString(), "EPIPE");
    assert.equal((await cell.exited).exitCode, 3);
  });

  test("without the namespaces' wall it is the same", async (t) => {
    const { stdout, met } = await told(t, {
      code: write(1, 200_000),
      flags: ["--limit-output=64KB"],
      walls: ["filters", "runtime"],
    });
    assert.equal(stdout.length, 200_000);
    assert.ok(met.length >= 1);
  });
});
