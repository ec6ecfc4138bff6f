// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cell } from "../src/index.ts";
import { start } from "./support/cells.ts";

const beating = "setInterval(() => process.stdout.write('.'), 10)";
// With a cgroup, and by stopping the processes where the plan has none.
const grounds = [
  ["by its cgroup", ["--limit-memory=512MB", "--accept=limits"]],
  ["by its processes", []],
] as const;

/** What the cell writes until the time is over. */
async function beats(cell: Cell, milliseconds: number): Promise<number> {
  let count = 0;
  const add = (chunk: Buffer): void => void (count += chunk.length);
  cell.stdout?.on("data", add);
  await sleep(milliseconds);
  cell.stdout?.off("data", add);
  return count;
}

suite("freezing", { concurrency: 2 }, () => {
  for (const [how, flags] of grounds) {
    test(`a cell that is frozen ${how} does nothing, and goes on where it was`, async (t) => {
      const cell = await start(t, { code: beating, flags });
      const told: string[] = [];
      cell.on("frozen", () => told.push("frozen")).on("thawed", () => told.push("thawed"));
      await once(cell.stdout ?? cell, "data");
      await cell.freeze();
      assert.ok(cell.isFrozen);
      await beats(cell, 50); // what was in the pipe
      const before = await cell.usage();
      assert.equal(await beats(cell, 300), 0);
      assert.equal((await cell.usage()).cpuTime, before.cpuTime);
      await cell.thaw();
      assert.ok(!cell.isFrozen);
      await once(cell.stdout ?? cell, "data");
      assert.deepEqual(told, ["frozen", "thawed"]);
    });

    test(`the time for which a cell is frozen ${how} is not the time of its limits`, async (t) => {
      const cell = await start(t, { code: beating, flags: [...flags, "--limit-wall-time=1s"] });
      await once(cell.stdout ?? cell, "data");
      await cell.freeze();
      await sleep(1500);
      await cell.thaw();
      await once(cell.stdout ?? cell, "data");
      const { limit } = await cell.exited;
      assert.equal(limit, "wallTime");
    });

    test(`a cell that is frozen ${how} can be stopped and killed`, async (t) => {
      const asked = await start(t, { code: beating, flags });
      await asked.ready;
      await asked.freeze();
      assert.equal((await asked.stop()).signal, "SIGTERM");
      const killed = await start(t, { code: beating, flags });
      await killed.ready;
      await killed.freeze();
      assert.equal((await killed.stop({ grace: 0 })).signal, "SIGKILL");
      await assert.rejects(killed.freeze(), { code: "ERR_FREEZE", message: /it has ended/ });
    });

    test(`a connection to an app that is frozen ${how} thaws it`, async (t) => {
      const code = "require('node:http').createServer((_, answer) => answer.end('here')).listen(3000)";
      const cell = await start(t, { code, flags, mode: "serve" });
      await once(cell, "listening");
      await cell.freeze();
      const socket = await cell.connect(3000);
      t.after(() => socket.destroy());
      socket.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      const [answer] = (await once(socket, "data")) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 200/);
      assert.ok(!cell.isFrozen);
    });
  }

  test("the processes that a program has started are frozen with it", async (t) => {
    const code = `
      require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(beating)}], { stdio: 'inherit' });
    `;
    const cell = await start(t, { code, flags: ["--allow-child-process"] });
    await once(cell.stdout ?? cell, "data");
    await cell.freeze();
    await beats(cell, 50);
    assert.equal(await beats(cell, 300), 0);
    await cell.thaw();
    await once(cell.stdout ?? cell, "data");
  });
});
