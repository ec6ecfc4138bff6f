// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { httpCells } from "./support/fake-cell.ts";
import { eventually, problemCode, sendRaw, startHost, withoutWalls } from "./support/host.ts";

test("a request and its answer pass as streams, both ways at once", async (t) => {
  const cells = httpCells((incoming, answer) => {
    answer.writeHead(200, { "x-path": incoming.url ?? "" });
    incoming.pipe(answer);
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "echo");
  const outgoing = request(host.url, { method: "POST", path: "/run/alice/echo/a%2Fb/../c?x=1&y=%20" });
  outgoing.write("first");
  const [answer] = await once(outgoing, "response");
  assert.equal(answer.headers["x-path"], "/a%2Fb/../c?x=1&y=%20");
  const [chunk] = await once(answer, "data");
  assert.equal(String(chunk), "first");
  outgoing.end("second");
  assert.equal(await text(answer), "second");
});

test("headers of the connection end at the gateway, and clients cannot speak for it", async (t) => {
  const cells = httpCells((incoming, answer) => {
    answer.writeHead(200, [
      ["connection", "keep-alive, x-inner"],
      ["x-inner", "1"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["alt-svc", 'h2=":1"'],
      ["service-worker-allowed", "/"],
      ["proxy-authenticate", "Basic"],
    ]);
    answer.end(JSON.stringify(incoming.rawHeaders));
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const answer = await sendRaw(
    host.url,
    [
      "GET /run/alice/app/ HTTP/1.1",
      "Host: example.test",
      "Connection: close, X-Dropped, Host",
      "X-Dropped: 1",
      "X-Kept: 2",
      "X-Forwarded-For: 6.6.6.6",
      "Forwarded: for=6.6.6.6",
      "Proxy-Authorization: Basic eA==",
      `Authorization: Bearer ${host.token}`,
      "",
      "",
    ].join("\r\n"),
  );
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  assert.match(head, /^HTTP\/1\.1 200 /);
  assert.match(head, /set-cookie: a=1\r\nset-cookie: b=2/);
  assert.doesNotMatch(head, /x-inner|alt-svc|service-worker|proxy-auth/i);
  for (const gone of ["X-Dropped", "6.6.6.6", "Forwarded: for", "Proxy-Authorization", host.token]) {
    assert.ok(!body.includes(gone), `${gone} in ${body}`);
  }
  for (const kept of ['"X-Kept","2"', '"Host","example.test"', '"X-Forwarded-For","127.0.0.1"']) {
    assert.ok(body.includes(kept), `${kept} not in ${body}`);
  }
});

test("an app's own Authorization header reaches it", async (t) => {
  const cells = httpCells((incoming, answer) => void answer.end(incoming.headers.authorization));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const answer = await fetch(`${host.url}/run/alice/app/`, { headers: { authorization: "Bearer mine" } });
  assert.equal(await answer.text(), "Bearer mine");
});

test("what has no app is a problem, and its path is never decoded into one", async (t) => {
  const cells = httpCells((_incoming, answer) => void answer.end("app"));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  assert.equal(await problemCode(await fetch(`${host.url}/run/alice/other/`)), "ERR_APP_NOT_FOUND");
  for (const path of [
    "/run/",
    "/run/alice",
    "/run/%61lice/app/",
    "/run/Alice/app/",
    "/run//app/",
    "/run/alice/app%2f",
  ]) {
    const answer = await sendRaw(host.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 404 [^]*ERR_ROUTE_NOT_FOUND/, path);
  }
});

test("a request inside of a request stays a body", async (t) => {
  const seen: string[] = [];
  const cells = httpCells((incoming, answer) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    incoming.resume();
    incoming.once("end", () => answer.end());
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const inner = "GET /inner HTTP/1.1\r\nHost: x\r\n\r\n";
  const chunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
  const head = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
  // A method that has no body of its own: it must still be framed on the way in.
  await sendRaw(host.url, `GET /run/alice/app/1 ${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
  await sendRaw(host.url, `DELETE /run/alice/app/2 ${head}Content-Length: ${inner.length}\r\n\r\n${inner}`);
  assert.deepEqual(seen, ["GET /1", "DELETE /2"]);
  for (const framing of [
    "Content-Length: 4\r\nTransfer-Encoding: chunked",
    "Content-Length: 4\r\nContent-Length: 5",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding : chunked",
    "Host: other",
  ]) {
    const answer = await sendRaw(host.url, `POST /run/alice/app/3 ${head}${framing}\r\n\r\n${chunk}`);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, framing);
  }
  await fetch(`${host.url}/run/alice/app/4`);
  assert.deepEqual(seen, ["GET /1", "DELETE /2", "GET /4"]);
});

test("an app that does not begin to answer is a timeout, and the next request is served", async (t) => {
  const cells = httpCells((incoming, answer) => {
    if (incoming.url !== "/slow") answer.end("fast");
  });
  const host = await startHost(t, {
    ...withoutWalls,
    startCell: cells.start,
    limits: { responseTimeout: 100 },
  });
  await host.deploy("alice", "app");
  const slow = await fetch(`${host.url}/run/alice/app/slow`);
  assert.equal(slow.status, 504);
  assert.equal(await problemCode(slow), "ERR_APP_TIMEOUT");
  assert.equal(await (await fetch(`${host.url}/run/alice/app/`)).text(), "fast");
});

test("an answer that breaks off is cut off, and never looks complete", async (t) => {
  const cells = httpCells((_incoming, answer) => {
    answer.write("half");
    setImmediate(() => answer.destroy());
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const raw = await sendRaw(host.url, "GET /run/alice/app/ HTTP/1.1\r\nHost: x\r\n\r\n").catch(() => "");
  assert.ok(!raw.includes("\r\n0\r\n"), raw);
});

test("a body past the limit is refused, whether its length was said or not", async (t) => {
  const cells = httpCells((incoming, answer) => {
    incoming.resume();
    incoming.once("end", () => answer.end("all"));
  });
  const host = await startHost(t, {
    ...withoutWalls,
    startCell: cells.start,
    limits: { requestBytes: 1000 },
  });
  await host.deploy("alice", "app");
  const url = `${host.url}/run/alice/app/`;
  const said = await fetch(url, { method: "POST", body: "x".repeat(1001) });
  assert.equal(await problemCode(said), "ERR_BODY_TOO_LARGE");
  const stream = new Blob(["x".repeat(600), "x".repeat(600)]).stream();
  const unsaid = await fetch(url, { method: "POST", body: stream, duplex: "half" });
  assert.equal(await problemCode(unsaid), "ERR_BODY_TOO_LARGE");
  assert.equal(await (await fetch(url, { method: "POST", body: "x".repeat(1000) })).text(), "all");
});

test("one app's requests are bounded; the next app's are not touched", async (t) => {
  const cells = httpCells((incoming, answer) => {
    if (incoming.url === "/wait") answer.write("begun");
    else answer.end("done");
  });
  const host = await startHost(t, {
    ...withoutWalls,
    startCell: cells.start,
    limits: { requestsPerApp: 2, grace: 0 },
  });
  await host.deploy("alice", "app");
  await host.deploy("bob", "app");
  const stop = new AbortController();
  for (let count = 0; count < 2; count += 1)
    await fetch(`${host.url}/run/alice/app/wait`, { signal: stop.signal });
  const refused = await fetch(`${host.url}/run/alice/app/`);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal(await problemCode(refused), "ERR_APP_BUSY");
  assert.equal(await (await fetch(`${host.url}/run/bob/app/`)).text(), "done");
  stop.abort();
  await eventually("the app has room again", async () => {
    return (await fetch(`${host.url}/run/alice/app/`)).ok || undefined;
  });
});

test("connections into a cell are used again, and never for two apps", async (t) => {
  const cells = httpCells((_incoming, answer) => void answer.end("ok"));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  await host.deploy("bob", "app");
  for (let round = 0; round < 5; round += 1) {
    for (const tenant of ["alice", "bob"]) await (await fetch(`${host.url}/run/${tenant}/app/`)).text();
  }
  assert.deepEqual(
    cells.started.map(({ connections }) => connections),
    [1, 1],
  );
});

test("a connection that the app closed while it was idle does not fail the next request", async (t) => {
  const cells = httpCells((_incoming, answer) => void answer.end("ok"));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  for (let round = 0; round < 20; round += 1) {
    const answer = await fetch(`${host.url}/run/alice/app/`);
    assert.equal(await answer.text(), "ok");
    for (const socket of cells.started[0]?.sockets ?? []) socket.destroy();
  }
});
