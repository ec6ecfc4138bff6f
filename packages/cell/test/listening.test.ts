// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { createInterface } from "node:readline";
import { suite, test } from "node:test";
import type { Cell } from "../src/index.ts";
import { start } from "./support/cells.ts";
import { closedPort } from "./support/servers.ts";

/** The program's first line of output, once it listens. */
async function firstLine(cell: Cell): Promise<string> {
  assert.ok(cell.stdout !== null);
  const [line] = (await once(createInterface(cell.stdout), "line")) as [string];
  return line;
}

suite("listening, as a program does it on the host", { concurrency: 2 }, () => {
  test("a server's address is the one that it was granted, on the host's own loopback", async (t) => {
    const port = await closedPort();
    const cell = await start(t, {
      code: `const server = require('node:net').createServer((socket) => socket.end('here'));
        server.listen(${port}, '127.0.0.1', () => console.log(JSON.stringify(server.address())));`,
      flags: [`--allow-listen=127.0.0.1:${port}`],
    });
    assert.deepEqual(JSON.parse(await firstLine(cell)), { address: "127.0.0.1", family: "IPv4", port });
  });

  test("port 0 is a free port of the host's, and the server says which", async (t) => {
    const cell = await start(t, {
      code: `const server = require('node:http').createServer((request, response) => response.end('asked ' + request.url));
        server.listen(0, '127.0.0.1', () => console.log(server.address().port));`,
      flags: ["--allow-listen=127.0.0.1:0"],
    });
    const port = Number(await firstLine(cell));
    assert.ok(port > 0);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/x`)).text(), "asked /x");
  });

  test("an HTTP connection is upgraded, and carries bytes both ways", async (t) => {
    const port = await closedPort();
    const cell = await start(t, {
      code: `const server = require('node:http').createServer();
        server.on('upgrade', (request, socket) => {
          socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n');
          socket.on('data', (data) => socket.end(String(data).toUpperCase()));
        });
        server.listen(${port}, '127.0.0.1', () => console.log('listening'));`,
      flags: [`--allow-listen=127.0.0.1:${port}`],
    });
    await firstLine(cell);
    const asking = request({ host: "127.0.0.1", port, headers: { connection: "Upgrade", upgrade: "echo" } });
    asking.end();
    const [, socket] = (await once(asking, "upgrade")) as [unknown, NodeJS.ReadWriteStream];
    socket.write("hello");
    const [data] = (await once(socket, "data")) as [Buffer];
    assert.equal(data.toString(), "HELLO");
  });

  test("HTTP/2 is served", async (t) => {
    const port = await closedPort();
    const cell = await start(t, {
      code: `const server = require('node:http2').createServer((request, response) => response.end('two ' + request.url));
        server.listen(${port}, '127.0.0.1', () => console.log('listening'));`,
      flags: [`--allow-listen=127.0.0.1:${port}`],
    });
    await firstLine(cell);
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    // The cell ends before what else is done after a test, and takes the connection with it.
    session.on("error", () => {});
    const stream = session.request({ ":path": "/y" });
    stream.setEncoding("utf8");
    const [text] = (await once(stream, "data")) as [string];
    assert.equal(text, "two /y");
    session.destroy();
  });

  test("the processes of a cluster share a granted port", async (t) => {
    const port = await closedPort();
    const cell = await start(t, {
      code: `const cluster = require('node:cluster');
        if (cluster.isPrimary) {
          let ready = 0;
          for (let count = 0; count < 2; count++) cluster.fork().on('listening', () => { if (++ready === 2) console.log('listening'); });
        } else {
          require('node:http').createServer((request, response) => {
            response.setHeader('connection', 'close');
            response.end('worker ' + cluster.worker.id);
          }).listen(${port}, '127.0.0.1');
        }`,
      flags: [
        `--allow-listen=127.0.0.1:${port}`,
        `--allow-run=${process.execPath}`,
        "--allow-fs-read={root}",
        "--limit-processes=64",
        "--accept=limits",
      ],
    });
    cell.stderr?.pipe(process.stderr);
    await firstLine(cell);
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await fetch(`http://127.0.0.1:${port}/`)).text()),
    );
    assert.deepEqual([...new Set(answers)].sort(), ["worker 1", "worker 2"]);
  });
});
