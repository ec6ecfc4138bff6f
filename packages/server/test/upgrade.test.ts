// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { test } from "node:test";
import { type FakeCells, fakeCells, httpCells, rawCells } from "./support/fake-cell.ts";
import { eventually, sendRaw, startHost, withoutWalls } from "./support/host.ts";

const handshake = (path: string, more = ""): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`;

/** Cells that agree to every handshake and then do as `talk` says. */
function socketCells(talk: (socket: Duplex, request: IncomingMessage) => void): FakeCells {
  return fakeCells(() => {
    const server = createServer((_request, answer) => void answer.end("no handshake"));
    server.on("upgrade", (request, socket) => {
      const accept = createHash("sha1")
        .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.on("error", () => socket.destroy());
      talk(socket, request);
    });
    return server;
  });
}

async function open(url: string, bytes: string): Promise<{ socket: Socket; received: () => string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  socket.write(bytes);
  return { socket, received: () => text };
}

test("a WebSocket passes both ways, from the first byte to the last", async (t) => {
  const cells = socketCells((socket) => void socket.pipe(socket));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const { socket, received } = await open(host.url, `${handshake("/run/alice/app/ws")}early`);
  await eventually(
    "the echo of what was sent with the handshake",
    () => received().endsWith("early") || undefined,
  );
  assert.match(received(), /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assert.match(received(), /Sec-WebSocket-Accept: /);
  socket.write("later");
  await eventually("the echo of what came later", () => received().endsWith("earlylater") || undefined);
  socket.end();
  await once(socket, "close");
});

test("when the app's end goes, the client's goes, and the place in the app is free again", async (t) => {
  const cells = socketCells((socket) => void setTimeout(() => socket.destroy(), 20));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start, limits: { requestsPerApp: 1 } });
  await host.deploy("alice", "app");
  for (let round = 0; round < 3; round += 1) {
    const { socket } = await open(host.url, handshake("/run/alice/app/ws"));
    await once(socket, "close");
    await eventually(
      "room for the next",
      async () => (await fetch(`${host.url}/run/alice/app/`)).ok || undefined,
    );
  }
});

test("an idle WebSocket ends after its time", async (t) => {
  const cells = socketCells(() => undefined);
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start, limits: { idleTimeout: 100 } });
  await host.deploy("alice", "app");
  const { socket } = await open(host.url, handshake("/run/alice/app/ws"));
  await once(socket, "close");
});

test("an app that does not agree gives an ordinary answer", async (t) => {
  const cells = httpCells((_request, answer) => void answer.writeHead(403).end("no"));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const answer = await sendRaw(host.url, handshake("/run/alice/app/ws"));
  assert.match(answer, /^HTTP\/1\.1 403 Forbidden\r\n[^]*\r\nno\r\n/);
  assert.match(
    await sendRaw(host.url, handshake("/run/alice/none/")),
    /^HTTP\/1\.1 404 [^]*ERR_APP_NOT_FOUND/,
  );
});

test("nothing but a WebSocket is upgraded", async (t) => {
  let upgrades = 0;
  const cells = socketCells(() => {
    upgrades += 1;
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  for (const [upgrade, more] of [
    ["h2c", "HTTP2-Settings: AAMAAABkAAQAAP__\r\n"],
    ["websocket", "Content-Length: 4\r\n"],
    ["websocket, h2c", ""],
    ["TLS/1.0", ""],
  ]) {
    const answer = await sendRaw(
      host.url,
      `GET /run/alice/app/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: ${upgrade}\r\n${more}\r\nbody`,
    );
    assert.match(answer, /^HTTP\/1\.1 200 [^]*no handshake$/, upgrade);
  }
  const api = await sendRaw(
    host.url,
    handshake("/v1/tenants", "").replace("Connection: Upgrade", "Connection: Upgrade, close"),
  );
  assert.match(api, /^HTTP\/1\.1 401 /);
  assert.equal(upgrades, 0);
});

const nonsense: Readonly<Record<string, string>> = {
  "no HTTP at all": "SSH-2.0-OpenSSH_9.6\r\n",
  "a length and chunks at once":
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
  "a status out of range": "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
  "a bare carriage return in a header":
    "HTTP/1.1 200 OK\r\nX: a\r Set-Cookie: b=1\r\nContent-Length: 0\r\n\r\n",
  "headers without an end": `HTTP/1.1 200 OK\r\n${"X-Long: y\r\n".repeat(5000)}`,
  "an upgrade that nobody asked for":
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
  "the end at once": "",
};

for (const [what, bytes] of Object.entries(nonsense)) {
  test(`an app that answers with ${what} is a bad gateway, and the host goes on`, async (t) => {
    const cells = rawCells((socket) => void socket.once("data", () => socket.end(bytes)));
    const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
    await host.deploy("alice", "app");
    const answer = await sendRaw(
      host.url,
      "GET /run/alice/app/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    assert.match(answer, /^HTTP\/1\.1 502 [^]*ERR_APP_ANSWER/);
    assert.doesNotMatch(answer, /Set-Cookie/i);
    assert.equal((await fetch(`${host.url}/healthz`)).status, 200);
  });
}

test("two answers to one request do not become the answer to the next", async (t) => {
  const one = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none";
  const two = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo";
  let asked = 0;
  const cells = rawCells((socket) => {
    socket.on("data", () => {
      asked += 1;
      socket.write(asked === 1 ? one : `HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright`);
      if (asked === 1) setTimeout(() => socket.write(two), 20);
    });
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  assert.equal(await (await fetch(`${host.url}/run/alice/app/`)).text(), "one");
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(await (await fetch(`${host.url}/run/alice/app/`)).text(), "right");
});
