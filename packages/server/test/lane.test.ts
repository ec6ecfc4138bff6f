// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { CordonError } from "@cordon/policy";
import { backoff } from "../src/apps/backoff.ts";
import { fakeCells, httpCells } from "./support/fake-cell.ts";
import { eventually, problemCode, startHost, temporaryDirectory, withoutWalls } from "./support/host.ts";

test("the wait doubles with each crash, stays between half and all of it, and ends at a minute", () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((failures) => backoff(failures, 0)),
    [125, 250, 500, 1000],
  );
  assert.deepEqual(
    [1, 2, 3].map((failures) => backoff(failures, 0.999_999)),
    [250, 500, 1000],
  );
  assert.equal(backoff(10_000, 0.999_999), 60_000);
});

test("a cell that dies is started again, and a request in between waits for it", async (t) => {
  const cells = httpCells((_incoming, answer) => void answer.end("ok"));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  assert.equal((await fetch(`${host.url}/run/alice/app/`)).status, 200);
  cells.started[0]?.crash();
  assert.equal((await fetch(`${host.url}/run/alice/app/`)).status, 200);
  assert.equal(cells.started.length, 2);
});

test("a request in a cell that dies is a bad gateway, and says when to come back", async (t) => {
  const cells = httpCells((_incoming, answer) => {
    if (cells.started.length === 1) cells.started[0]?.crash();
    else answer.end("ok");
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const answer = await fetch(`${host.url}/run/alice/app/`, { method: "POST" });
  assert.equal(answer.status, 502);
  assert.match(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  assert.equal(await problemCode(answer), "ERR_APP_ANSWER");
  assert.equal((await fetch(`${host.url}/run/alice/app/`)).status, 200);
});

test("an app that falls again and again is left alone for longer each time; its neighbour serves", async (t) => {
  const cells = fakeCells((options) => {
    if (options.name === "bob/app") return createServer((_incoming, answer) => void answer.end("bob"));
    const problem = { step: "exec", problem: "ENOENT" };
    return Promise.reject(new CordonError("ERR_CELL_START", problem, { step: "exec", errno: "ENOENT" }));
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  await host.deploy("bob", "app");
  const refused = await eventually("the wait is long enough to be told of", async () => {
    const answer = await fetch(`${host.url}/run/alice/app/`);
    return Number(answer.headers.get("retry-after")) >= 2 ? answer : undefined;
  });
  assert.equal(refused.status, 503);
  assert.equal(await problemCode(refused), "ERR_APP_UNAVAILABLE");
  assert.equal(await (await fetch(`${host.url}/run/bob/app/`)).text(), "bob");
  const { events } = (await (await host.api("GET", "/v1/tenants/alice/apps/app/events")).json()) as {
    events: Record<string, unknown>[];
  };
  const failed = events.find(({ event }) => event === "failed");
  assert.deepEqual(
    [failed?.["code"], failed?.["step"], failed?.["errno"]],
    ["ERR_CELL_START", "exec", "ENOENT"],
  );
});

test("an app that never listens is ended and counts as fallen", async (t) => {
  const cells = fakeCells(() => createServer(), { silent: true });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start, limits: { startTimeout: 50 } });
  await host.deploy("alice", "app");
  assert.equal(await problemCode(await fetch(`${host.url}/run/alice/app/`)), "ERR_APP_UNAVAILABLE");
  await eventually("it is said among its events", async () => {
    const events = await (await host.api("GET", "/v1/tenants/alice/apps/app/events")).text();
    return events.includes("did not listen within 50 ms") || undefined;
  });
});

test("a cell of which nothing is heard holds up neither its requests nor the end of the host", async (t) => {
  const startCell = (): Promise<never> => new Promise<never>(() => undefined);
  const host = await startHost(t, { ...withoutWalls, startCell, limits: { startTimeout: 50 } });
  await host.deploy("alice", "app");
  assert.equal(await problemCode(await fetch(`${host.url}/run/alice/app/`)), "ERR_APP_UNAVAILABLE");
  await host.server.close();
});

test("a host that starts again brings every app back", async (t) => {
  const data = join(await temporaryDirectory(t), "data");
  const cells = httpCells((incoming, answer) => void answer.end(incoming.url));
  const first = await startHost(t, { ...withoutWalls, data, startCell: cells.start });
  for (const name of ["alice", "bob", "carol"]) await first.deploy(name, "app", `module.exports = "${name}"`);
  await first.server.close();
  const before = cells.started.length;
  const second = await startHost(t, { ...withoutWalls, data, startCell: cells.start });
  assert.equal(second.token, first.token);
  assert.equal(second.server.newToken, undefined);
  await eventually("all run without being asked", () => cells.started.length === before + 3 || undefined);
  for (const name of ["alice", "bob", "carol"]) {
    assert.equal(await (await fetch(`${second.url}/run/${name}/app/x`)).text(), "/x");
  }
});

test("on demand, an app starts with its first request", async (t) => {
  const cells = httpCells((_incoming, answer) => void answer.end("ok"));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start, start: "demand" });
  await host.deploy("alice", "app");
  assert.equal(cells.started.length, 0);
  const both = await Promise.all([fetch(`${host.url}/run/alice/app/`), fetch(`${host.url}/run/alice/app/`)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    [200, 200],
  );
  assert.equal(cells.started.length, 1);
});

test("a change of the tenant's policy starts its apps anew, and nobody else's", async (t) => {
  const cells = httpCells((_incoming, answer) => void answer.end("ok"));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  await host.deploy("bob", "app");
  for (const name of ["alice", "bob"]) await fetch(`${host.url}/run/${name}/app/`);
  await host.api("PUT", "/v1/tenants/alice", '{"policy":{"limits":{"memory":"32MB"}}}', "application/json");
  assert.equal((await fetch(`${host.url}/run/alice/app/`)).status, 200);
  assert.deepEqual(
    cells.started.map(({ options }) => [options.name, options.policy.limits.memory]),
    [
      ["alice/app", 256 * 1024 ** 2],
      ["bob/app", 256 * 1024 ** 2],
      ["alice/app", 32 * 1024 ** 2],
    ],
  );
});

test("at the end of the host, a request under way ends well and a new one is refused", async (t) => {
  const cells = httpCells((incoming, answer) => {
    answer.write("begun");
    incoming.resume();
    incoming.once("end", () => answer.end(" and ended"));
  });
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const outgoing = request(`${host.url}/run/alice/app/`, { method: "POST" });
  outgoing.flushHeaders();
  const [answer] = await once(outgoing, "response");
  const closed = host.server.close();
  await assert.rejects(fetch(`${host.url}/healthz`));
  outgoing.end();
  assert.equal(await text(answer), "begun and ended");
  await closed;
});

test("a request that comes before the end of its cell is known goes to the next cell, with its body", async (t) => {
  const cells = httpCells((incoming, answer) => void incoming.pipe(answer));
  const host = await startHost(t, { ...withoutWalls, startCell: cells.start });
  await host.deploy("alice", "app");
  const first = await eventually("the cell runs", () => cells.started[0]);
  await (await fetch(`${host.url}/run/alice/app/`)).text();
  // Its door is shut and its connections are gone, but it takes a while to end.
  first.shut();
  setTimeout(() => first.crash(), 100);
  const answer = await fetch(`${host.url}/run/alice/app/`, { method: "POST", body: "kept" });
  assert.equal(await answer.text(), "kept");
  assert.equal(cells.started.length, 2);
});
