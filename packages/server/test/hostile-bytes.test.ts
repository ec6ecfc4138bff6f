// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { request } from "node:http";
import type { Socket } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { rawCells } from "./support/fake-cell.ts";
import { sendRaw, startHost, withoutWalls } from "./support/host.ts";

/** Pieces of HTTP in any order: now and then they make a message, mostly nearly one. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.0 204 \r\n",
      "HTTP/1.1 304 Not Modified\r\n",
      "GET / HTTP/1.1\r\n",
      "Content-Length: 5\r\n",
      "Content-Length: 0\r\n",
      "Content-Length: -1\r\n",
      "Content-Length: 99999999999999999999\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Transfer-Encoding: gzip, chunked\r\n",
      "Connection: close\r\n",
      "Connection: Upgrade, set-cookie\r\nUpgrade: websocket\r\n",
      "Set-Cookie: a=\u0001b\r\n",
      ": no name\r\n",
      "Näme: x\r\n",
      "X:\r\n folded\r\n",
      "Trailer: X-Evil\r\n",
      "\r\n",
      "\n",
      "5\r\nhello\r\n",
      "0\r\n\r\n",
      "ffffffffffffffff\r\n",
      "hello",
    ),
    fc.string({ unit: "binary", maxLength: 40 }),
  ),
  { maxLength: 12 },
);
const message = fc.tuple(fc.boolean(), pieces).map(([begins, parts]) => {
  return (begins ? "HTTP/1.1 200 OK\r\n" : "") + parts.join("");
});

test("no bytes from a cell crash the host, hang a client, or reach a client as anything but HTTP", async (t) => {
  let bytes = "";
  const cells = rawCells((socket: Socket) => void socket.once("data", () => socket.end(bytes, "latin1")));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  await fc.assert(
    fc.asyncProperty(message, fc.constantFrom("GET", "HEAD", "POST"), async (next, method) => {
      bytes = next;
      const status = await ask(`${host.url}/run/alice/app/`, method);
      assert.ok(status === "cut" || (status >= 200 && status <= 599), String(status));
    }),
    { numRuns: 300 },
  );
  assert.equal((await fetch(`${host.url}/healthz`)).status, 200);
});

test("no bytes from a client crash the host or get past its parser", async (t) => {
  const seen: string[] = [];
  const cells = rawCells((socket) => {
    socket.on("data", (chunk) => {
      seen.push(chunk.toString("latin1"));
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    });
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const line = fc
    .constantFrom("GET", "POST", "CONNECT", "PRI", "")
    .chain((method) =>
      fc
        .constantFrom(
          "/run/alice/app/",
          "/run/alice/app/\u0001",
          "*",
          "http://x/run/alice/app/",
          "/v1/tenants",
        )
        .map((path) => `${method} ${path} HTTP/1.1\r\nHost: x\r\n`),
    );
  await fc.assert(
    fc.asyncProperty(line, pieces, async (start, rest) => {
      const bytes = `${start}${rest.join("")}\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n`;
      // Half a body keeps the host waiting, as it should.
      const answer = await sendRaw(host.url, bytes, 100).catch(() => "");
      assert.ok(answer === "" || answer.startsWith("HTTP/1.1 "), answer);
    }),
    { numRuns: 300 },
  );
  // What arrives in a cell is always one request, written by the host.
  for (const text of seen) assert.match(text, /^(?:GET|POST) \/[^\r\n]* HTTP\/1\.1\r\n/);
  assert.equal((await fetch(`${host.url}/healthz`)).status, 200);
});

function ask(url: string, method: string): Promise<number | "cut"> {
  return new Promise((resolve) => {
    const outgoing = request(url, { method, agent: false }, (answer) => {
      answer.resume();
      answer.once("error", () => resolve("cut"));
      answer.once("close", () => resolve(answer.complete ? (answer.statusCode ?? 0) : "cut"));
    });
    outgoing.once("error", () => resolve("cut"));
    outgoing.end();
  });
}
