// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { outcomeOf, run, start } from "./support/cells.ts";

suite("events", { concurrency: 3 }, () => {
  test("ready is told once, before the end, and its promise settles", async (t) => {
    const cell = await start(t, { code: "console.log('mine')" });
    // Output comes by a pipe of its own: it may be read before or after.
    const order: string[] = [];
    cell.on("ready", () => order.push("ready"));
    cell.on("exited", () => order.push("exited"));
    await Promise.all([cell.ready, cell.exited]);
    assert.deepEqual(order, ["ready", "exited"]);
  });

  test("a denial says what was asked for and which wall refused", async (t) => {
    const code = `
      const { connect } = require('node:net');
      connect({ host: '10.1.2.3', port: 81 }).on('error', (error) => console.log(JSON.stringify(error)));
    `;
    // Without the runtime's wall the call reaches the kernel.
    const { denied } = await run(t, { code, walls: ["namespaces", "filters"] });
    assert.deepEqual(denied, [
      { scope: "net.connect", resource: "tcp://10.1.2.3:81", by: "filters", count: 1 },
    ]);
  });

  test("a storm of denials loses neither the end nor the order of the rest", async (t) => {
    const code = `
      const { createSocket } = require('node:dgram');
      const socket = createSocket('udp4');
      let left = 5000;
      const next = () => socket.send('x', 9, '10.0.0.1', () => (--left > 0 ? next() : (socket.close(), console.log('done'))));
      next();
    `;
    const { denied, stdout, exit } = await run(t, { code, walls: ["namespaces", "filters"] });
    assert.equal(stdout, "done\n");
    assert.equal(exit.code, 0);
    assert.ok(denied.length > 0);
  });

  test("nothing is told before whoever started the cell can listen", async (t) => {
    // A host that is busy reads all that a short cell reports at once.
    const cell = await start(t, { code: "", walls: ["namespaces", "filters"] });
    const told: string[] = [];
    for (const name of ["ready", "exited"] as const) cell.on(name, () => told.push(name));
    const end = Date.now() + 300;
    while (Date.now() < end);
    await cell.exited;
    assert.deepEqual(told, ["ready", "exited"]);
  });

  test("bytes of a cell come as text that cannot harm a terminal", async (t) => {
    const code = `
      const name = '/bin/\\u001b[31mred\\nline"\\\\é';
      try { process.execve ? process.execve(name, [name], {}) : 0; } catch (error) { console.log(error.code); }
    `;
    const { denied } = await run(t, { code, walls: ["namespaces", "filters"] });
    assert.deepEqual(
      denied.map(({ resource }) => resource),
      ['/bin/\\u{1b}[31mred\\u{a}line"\\u{5c}é'],
    );
  });

  test("listeners may come and go as on any emitter", async (t) => {
    const cell = await start(t, { code: "setInterval(() => {}, 1000)" });
    assert.deepEqual(await once(cell, "ready"), []);
    const outcome = outcomeOf(cell);
    await cell.stop({ grace: 0 });
    assert.equal((await outcome).exit.signal, "SIGKILL");
  });
});
