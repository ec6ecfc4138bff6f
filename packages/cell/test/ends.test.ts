// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { isCordonError } from "@cordon/policy";
import { outcomeOf, run, start } from "./support/cells.ts";
import { isRunning } from "./support/processes.ts";

suite("how a cell ends", { concurrency: 4 }, () => {
  test("the program's own code is the cell's", async (t) => {
    for (const [code, exitCode] of [
      ["", 0],
      ["process.exitCode = 3", 3],
      ["process.exit(42)", 42],
      ["throw new Error('thrown')", 1],
      // Shells say so of SIGINT; a program may still choose it.
      ["process.exit(130)", 130],
    ] as const) {
      const { exit } = await run(t, { code });
      assert.deepEqual(exit, { code: exitCode, signal: null, exitCode }, code);
    }
  });

  test("a signal is told by its name, and as 128 + n", async (t) => {
    const { exit } = await run(t, {
      code: "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)",
    });
    assert.deepEqual(exit, { code: null, signal: "SIGTERM", exitCode: 143 });
    const aborted = await run(t, { code: "process.abort()" });
    const { error, ...how } = aborted.exit;
    assert.deepEqual(how, { code: null, signal: "SIGABRT", exitCode: 134 });
    assert.equal(error?.code, "ERR_CRASHED");
  });

  test("an uncaught error is shown as Node shows it", async (t) => {
    const { stderr } = await run(t, { code: "throw new TypeError('from inside')" });
    assert.match(stderr, /main\.js:1\n/);
    assert.match(stderr, /TypeError: from inside/);
  });

  test("`signal` reaches the program's own handler", async (t) => {
    const code =
      "process.on('SIGUSR2', () => process.exit(9)); console.log('on'); setInterval(() => {}, 1000)";
    const cell = await start(t, { code });
    assert.ok(cell.stdout);
    await once(cell.stdout, "data");
    cell.signal("SIGUSR2");
    assert.equal((await cell.exited).code, 9);
  });

  test("`stop` lets the program end by itself", async (t) => {
    const code =
      "process.on('SIGTERM', () => process.exit(7)); console.log('on'); setInterval(() => {}, 1000)";
    const cell = await start(t, { code });
    assert.ok(cell.stdout);
    await once(cell.stdout, "data");
    assert.deepEqual(await cell.stop(), { code: 7, signal: null, exitCode: 7 });
  });

  test("`stop` ends a program that will not, once its grace is over", async (t) => {
    const code =
      "process.on('SIGTERM', () => console.log('no')); console.log('on'); setInterval(() => {}, 1000)";
    const cell = await start(t, { code });
    assert.ok(cell.stdout);
    await once(cell.stdout, "data");
    const said = text(cell.stdout);
    const exit = await cell.stop({ grace: 200 });
    assert.deepEqual(exit, { code: null, signal: "SIGKILL", exitCode: 137 });
    assert.equal(await said, "no\n");
  });

  test("`stop` without grace does not ask, and may be called twice and late", async (t) => {
    const cell = await start(t, { code: "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)" });
    const exits = await Promise.all([cell.stop({ grace: 0 }), cell.stop({ grace: 0 })]);
    assert.deepEqual(
      exits.map(({ exitCode }) => exitCode),
      [137, 137],
    );
    assert.equal((await cell.stop()).exitCode, 137);
  });

  test("`await using` ends the cell with the block, and its processes with it", async (t) => {
    let pid = 0;
    {
      await using cell = await start(t, { code: "setInterval(() => {}, 1000)" });
      pid = cell.pid;
      assert.ok(isRunning(pid));
    }
    assert.ok(!isRunning(pid));
  });

  test("the event `exited` comes with what the promise has", async (t) => {
    const cell = await start(t, { code: "process.exitCode = 5" });
    const [[told], exit] = await Promise.all([once(cell, "exited"), cell.exited]);
    assert.deepEqual(told, exit);
  });

  test("a program that ends before the runtime is ready was never ready", async (t) => {
    const cell = await start(t, { code: "setInterval(() => {}, 1000)" });
    // Whichever comes first: a start-up takes some 25 ms, the kill less.
    void cell.stop({ grace: 0 });
    await cell.ready.then(
      () => undefined,
      (error: unknown) => assert.ok(isCordonError(error, "ERR_CELL_START")),
    );
    assert.equal((await cell.exited).exitCode, 137);
  });

  test("a missing program is Node's own error, as without a cell", async (t) => {
    const { exit, stderr } = await outcomeOf(await start(t, { entry: "missing.js" }));
    assert.equal(exit.code, 1);
    assert.match(stderr, /Cannot find module .*missing\.js/);
  });
});
