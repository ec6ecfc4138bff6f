// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { getPriority } from "node:os";
import { text } from "node:stream/consumers";
import { suite, test, type TestContext } from "node:test";
import type { Cell } from "../src/index.ts";
import { run, type Setting, start } from "./support/cells.ts";
import { parentOf } from "./support/processes.ts";

/** Starts an app and waits until it listens. */
async function serve(context: TestContext, setting: Setting): Promise<{ cell: Cell; port: number }> {
  const cell = await start(context, { mode: "serve", ...setting });
  const [{ port }] = await once(cell, "listening");
  return { cell, port: Number(port) };
}

async function fetchFrom(cell: Cell, port: number, path: string): Promise<string> {
  const socket = await cell.connect(port);
  const asked = get({ createConnection: () => socket, host: "app", path });
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return `${answer.statusCode} ${await text(answer)}`;
}

const greeter = (name: string, port: number): string => `
  const http = require('node:http');
  http.createServer((request, response) => response.end(${JSON.stringify(name)} + ' ' + request.url)).listen(${port});
`;

suite("apps that are served", { concurrency: 3 }, () => {
  test("an app that listens is reached over a socket of its own network", async (t) => {
    const { cell, port } = await serve(t, { code: greeter("one", 3000) });
    assert.equal(port, 3000);
    assert.equal(await fetchFrom(cell, port, "/hello"), "200 one /hello");
  });

  test("its supervisor stands back behind the host and other cells, and the app does not", async (t) => {
    const { cell } = await serve(t, { code: greeter("one", 3000) });
    assert.deepEqual([getPriority(parentOf(parentOf(cell.pid))), getPriority(cell.pid)], [10, getPriority()]);
  });

  test("an app that exports `fetch` is served by the harness", async (t) => {
    const { cell, port } = await serve(t, {
      entry: "app.mjs",
      files: {
        "app.mjs":
          "export default { async fetch(request) { return new Response(await request.text() + '!', { status: 201 }); } };",
      },
    });
    const socket = await cell.connect(port);
    const asked = request({ createConnection: () => socket, host: "app", method: "POST" });
    asked.end("posted");
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    assert.equal(answer.statusCode, 201);
    assert.equal(await text(answer), "posted!");
  });

  test("an app that spoils Request, Response and Headers, or what the harness ends by, spoils its own answers alone", async (t) => {
    const spoilt = (line: string): Setting => ({
      entry: "app.mjs",
      files: {
        "app.mjs": `
          class Split {
            status = 200;
            statusText = "";
            body = null;
            headers = [["x-one", "a\\r\\nset-cookie: two=2"]];
          }
          ${line}
          Set.prototype.add = function (value) { return this; };
          process.on = process.once = () => process;
          export default { fetch: () => new Split() };`,
      },
    });
    const lines = [
      "",
      "globalThis.Headers = class { append() { throw new Error('spoilt'); } };",
      "globalThis.Request = class { constructor() { return null; } };",
      "globalThis.URL = function () { return { toString: () => 'http://other/' }; };",
    ];
    for (const line of lines) {
      const { cell, port } = await serve(t, spoilt(line));
      const socket = await cell.connect(port);
      const asked = get({ createConnection: () => socket, host: "app", path: "/" });
      const [answer] = (await once(asked, "response")) as [IncomingMessage];
      assert.ok([400, 500].includes(answer.statusCode ?? 0), `${line}: ${answer.statusCode}`);
      assert.equal(answer.headers["set-cookie"], undefined);
      answer.resume();
      await cell.stop({ grace: 300 });
    }
  });

  test("many connections at once, each with its own answer", async (t) => {
    const { cell, port } = await serve(t, { code: greeter("many", 8080) });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => fetchFrom(cell, port, `/${index}`)),
    );
    assert.deepEqual(
      answers,
      answers.map((_, index) => `200 many /${index}`),
    );
  });

  test("more connections than the supervisor could hand over at one time all come", async (t) => {
    const { cell, port } = await serve(t, {
      code: "require('node:net').createServer((socket) => socket.on('error', () => {}).resume()).listen(3000)",
    });
    const sockets = await Promise.all(Array.from({ length: 600 }, () => cell.connect(port)));
    for (const socket of sockets) socket.destroy();
  });

  test("two apps listen on the same port and neither reaches the other or the host", async (t) => {
    const [one, two] = await Promise.all([
      serve(t, { code: greeter("one", 3000) }),
      serve(t, { code: greeter("two", 3000) }),
    ]);
    assert.equal(await fetchFrom(one.cell, 3000, "/"), "200 one /");
    assert.equal(await fetchFrom(two.cell, 3000, "/"), "200 two /");
    const outside = connect(3000, "127.0.0.1");
    const [error] = (await once(outside, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
  });

  test("an app may listen on IPv6, on one address, and on a port of the kernel's choice", async (t) => {
    for (const [address, expected] of [
      ["3000, '::1'", 3000],
      ["3001, '127.0.0.1'", 3001],
      ["0", undefined],
    ] as const) {
      const { cell, port } = await serve(t, {
        code: `require('node:http').createServer((_, response) => response.end('here')).listen(${address})`,
      });
      if (expected !== undefined) assert.equal(port, expected);
      assert.equal(await fetchFrom(cell, port, "/"), "200 here");
    }
  });

  test("an app may ask itself over its own loopback, and finds nothing of the host's there", async (t) => {
    const outside = createServer((_, response) => response.end("host"));
    outside.listen(0, "127.0.0.1");
    t.after(() => outside.close());
    await once(outside, "listening");
    const { port: hostPort } = outside.address() as { port: number };
    const { cell, port } = await serve(t, {
      code: `
        const http = require('node:http');
        const ask = (port) => new Promise((resolve) => http.get({ port, host: '127.0.0.1' }, (answer) => answer.on('data', resolve))
          .on('error', (error) => resolve(error.code)));
        http.createServer(async (request, response) => {
          if (request.url === '/self') response.end('self');
          else response.end(String(await new Promise((resolve) => http.get('http://127.0.0.1:3000/self', (answer) => answer.on('data', resolve))))
            + ' ' + String(await ask(${hostPort})));
        }).listen(3000);
      `,
    });
    assert.equal(await fetchFrom(cell, port, "/"), "200 self ECONNREFUSED");
  });

  test("a port that nobody listens on refuses at once, and a wrong one is an error", async (t) => {
    const { cell } = await serve(t, { code: greeter("one", 3000) });
    await assert.rejects(cell.connect(3001), { code: "ECONNREFUSED", port: 3001 });
    await assert.rejects(cell.connect(70_000), { code: "EINVAL" });
    await cell.stop({ grace: 0 });
    await assert.rejects(cell.connect(3000), { code: "ECONNRESET" });
  });

  test("a port that was closed again refuses too", async (t) => {
    const { cell, port } = await serve(t, {
      code: "const server = require('node:net').createServer().listen(3000); process.on('SIGUSR2', () => server.close(() => console.log('closed'))); setInterval(() => {}, 1000);",
    });
    const socket = await cell.connect(port);
    socket.destroy();
    cell.signal("SIGUSR2");
    assert.ok(cell.stdout);
    await once(cell.stdout, "data");
    await assert.rejects(cell.connect(port), { code: "ECONNREFUSED" });
  });

  test("a cell that only runs a program has no ports to reach", async (t) => {
    const cell = await start(t, { code: "setInterval(() => {}, 1000)" });
    await assert.rejects(cell.connect(3000), { code: "EOPNOTSUPP" });
  });

  test("connections that are under way when the app dies are ended", async (t) => {
    const { cell, port } = await serve(t, {
      code: "require('node:net').createServer(() => {}).listen(3000)",
    });
    const socket = await cell.connect(port);
    // With or without a reset: whether the app had read all that was sent is up to it.
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.resume().once("close", resolve));
    await cell.stop({ grace: 0 });
    await closed;
  });

  test("bytes stream both ways, and half-closing is passed on", async (t) => {
    const code = `
      require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
        let count = 0;
        socket.on('data', (data) => { count += data.length; }).on('end', () => socket.end(String(count)));
      }).listen(4000);
    `;
    const { cell, port } = await serve(t, { code });
    const socket = await cell.connect(port);
    const said = text(socket);
    socket.end(Buffer.alloc(3_000_000));
    assert.equal(await said, "3000000");
  });

  test("an app that is no app says so", async (t) => {
    const { exit, stderr } = await run(t, { mode: "serve", code: "module.exports = 42" });
    assert.notEqual(exit.exitCode, 0);
    assert.match(stderr, /fetch/);
  });
});
