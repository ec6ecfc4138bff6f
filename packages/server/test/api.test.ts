// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CordonError } from "@cordon/policy";
import { createServer } from "../src/index.ts";
import { type FakeCells, httpCells } from "./support/fake-cell.ts";
import {
  eventually,
  problemCode,
  sendRaw,
  startHost,
  temporaryDirectory,
  type TestHost,
  withoutWalls,
} from "./support/host.ts";
import { tarGz } from "./support/tar.ts";

async function start(t: TestContext): Promise<{ host: TestHost; cells: FakeCells }> {
  const cells = httpCells((_incoming, answer) => void answer.end("ok"));
  return { host: await startHost(t, { ...withoutWalls, startCell: cells.start }), cells };
}

test("the API is closed to all but the admin token, and says nothing of what is behind it", async (t) => {
  const { host } = await start(t);
  await host.deploy("alice", "app");
  const almost = `${host.token.slice(0, -1)}${host.token.endsWith("A") ? "B" : "A"}`;
  for (const authorization of [
    undefined,
    "",
    host.token,
    `Basic ${host.token}`,
    "Bearer",
    "Bearer ",
    `Bearer ${almost}`,
    `Bearer ${host.token}x`,
    `Bearer ${host.token} x`,
    `Bearer ${"x".repeat(10_000)}`,
    "Bearer eyJhbGciOiJub25lIn0.e30.",
  ]) {
    for (const path of [
      "/v1/tenants",
      "/v1/tenants/alice",
      "/v1/tenants/nobody",
      "/v1/tenants/alice/apps/app/logs",
    ]) {
      const answer = await fetch(
        host.url + path,
        authorization === undefined ? {} : { headers: { authorization } },
      );
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/);
      assert.equal(await problemCode(answer), "ERR_UNAUTHORIZED");
    }
  }
  assert.equal((await host.api("GET", "/v1/tenants")).status, 200);
  assert.equal((await fetch(`${host.url}/healthz`)).status, 200);
});

test("two Authorization headers do not add up to one", async (t) => {
  const { host } = await start(t);
  const lines = ["Bearer x", `Bearer ${host.token}`].map((value) => `Authorization: ${value}\r\n`).join("");
  const answer = await sendRaw(
    host.url,
    `GET /v1/tenants HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 401 /);
});

test("a token of a megabyte is refused, and the host goes on", async (t) => {
  const { host } = await start(t);
  const answer = await sendRaw(
    host.url,
    `GET /v1/tenants HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${"x".repeat(1_000_000)}\r\n\r\n`,
  ).catch(() => "HTTP/1.1 431 ");
  assert.match(answer, /^HTTP\/1\.1 431 /);
  assert.equal((await fetch(`${host.url}/healthz`)).status, 200);
});

test("a tenant and an app live and end over the API", async (t) => {
  const { host, cells } = await start(t);
  const made = await host.api(
    "PUT",
    "/v1/tenants/alice",
    JSON.stringify({ policy: { limits: { memory: "64MB" } } }),
    "application/json",
  );
  assert.equal(made.status, 201);
  assert.deepEqual(((await made.json()) as { policy: unknown }).policy, { limits: { memory: "64MB" } });
  const body = tarGz([
    { path: "package.json", content: '{"main":"./lib/main.mjs"}' },
    { path: "lib/main.mjs", content: "export default {}" },
  ]);
  const put = await host.api("PUT", "/v1/tenants/alice/apps/app", body, "application/gzip");
  assert.equal(put.status, 201);
  const app = (await put.json()) as Record<string, unknown>;
  assert.deepEqual([app["version"], app["entry"], app["files"]], [1, "lib/main.mjs", 2]);
  assert.equal(await (await fetch(host.url + String(app["path"]))).text(), "ok");
  assert.equal(cells.started[0]?.options.policy.limits.memory, 64 * 1024 ** 2);
  assert.deepEqual(cells.started[0]?.options.env, {});
  const listed = (await (await host.api("GET", "/v1/tenants/alice/apps")).json()) as {
    apps: { state: string }[];
  };
  assert.deepEqual(
    listed.apps.map(({ state }) => state),
    ["running"],
  );
  assert.equal((await host.api("DELETE", "/v1/tenants/alice/apps/app")).status, 204);
  assert.equal(await problemCode(await host.api("GET", "/v1/tenants/alice/apps/app")), "ERR_APP_NOT_FOUND");
  assert.equal(await problemCode(await fetch(host.url + String(app["path"]))), "ERR_APP_NOT_FOUND");
  assert.equal((await host.api("DELETE", "/v1/tenants/alice")).status, 204);
  assert.equal(await problemCode(await host.api("DELETE", "/v1/tenants/alice")), "ERR_TENANT_NOT_FOUND");
  assert.deepEqual(await readdir(join(host.data, "bundles")), []);
});

test("a new version takes over without a request that fails, and the old bundle goes", async (t) => {
  const { host, cells } = await start(t);
  await host.deploy("alice", "app", "module.exports = 1");
  await fetch(`${host.url}/run/alice/app/`);
  let asking = true;
  const answers: number[] = [];
  const client = (async () => {
    while (asking) answers.push((await fetch(`${host.url}/run/alice/app/`)).status);
  })();
  for (let version = 2; version <= 6; version += 1)
    await host.deploy("alice", "app", `module.exports = ${version}`);
  await eventually("the last version runs", () => (cells.started.length >= 6 ? true : undefined));
  asking = false;
  await client;
  assert.deepEqual(new Set(answers), new Set([200]));
  await eventually("the old bundles are gone", async () => {
    return (await readdir(join(host.data, "bundles"))).length === 1 || undefined;
  });
});

test("the same code under two names is kept until the last of them goes", async (t) => {
  const { host } = await start(t);
  await host.deploy("alice", "app", "module.exports = 1");
  await host.deploy("bob", "app", "module.exports = 1");
  assert.equal((await readdir(join(host.data, "bundles"))).length, 1);
  await host.api("DELETE", "/v1/tenants/alice");
  assert.equal((await fetch(`${host.url}/run/bob/app/`)).status, 200);
  assert.equal((await readdir(join(host.data, "bundles"))).length, 1);
});

test("what is wrong with a request is said by a code, and changes nothing", async (t) => {
  const { host } = await start(t);
  await host.deploy("alice", "app");
  const js = "text/javascript";
  const json = "application/json";
  for (const [method, path, body, type, code] of [
    ["PUT", "/v1/tenants/Alice", undefined, undefined, "ERR_NAME_INVALID"],
    ["PUT", `/v1/tenants/${"a".repeat(64)}`, undefined, undefined, "ERR_NAME_INVALID"],
    ["PUT", "/v1/tenants/..%2f..%2fetc", undefined, undefined, "ERR_NAME_INVALID"],
    ["PUT", "/v1/tenants/a", '{"polcy":{}}', json, "ERR_REQUEST_INVALID"],
    ["PUT", "/v1/tenants/a", "[]", json, "ERR_REQUEST_INVALID"],
    ["PUT", "/v1/tenants/a", '{"policy":{"allow":{"fs.raed":["/x"]}}}', json, "ERR_POLICY_INVALID"],
    ["PUT", "/v1/tenants/a", '{"policy":{"allow":{"fs.read":["/x"]}}}', json, "ERR_POLICY_EXCEEDS"],
    ["PUT", "/v1/tenants/a", '{"__proto__":{"x":1}}', json, "ERR_REQUEST_INVALID"],
    ["PUT", "/v1/tenants/a", `{"policy":"${"x".repeat(300_000)}"}`, json, "ERR_BODY_TOO_LARGE"],
    ["PUT", "/v1/tenants/a", "{", json, "ERR_REQUEST_INVALID"],
    ["PUT", "/v1/tenants/nobody/apps/app", "1", js, "ERR_TENANT_NOT_FOUND"],
    ["PUT", "/v1/tenants/alice/apps/a_b", "1", js, "ERR_NAME_INVALID"],
    ["PUT", "/v1/tenants/alice/apps/app", "1", "text/plain", "ERR_MEDIA_TYPE"],
    ["PUT", "/v1/tenants/alice/apps/app", undefined, undefined, "ERR_MEDIA_TYPE"],
    ["PUT", "/v1/tenants/alice/apps/app", "{}", json, "ERR_MEDIA_TYPE"],
    ["PUT", "/v1/tenants/alice/apps/app", "1", "application/gzip", "ERR_BUNDLE_INVALID"],
    ["PUT", "/v1/tenants/alice/apps/app?name=../x.js", "1", js, "ERR_REQUEST_INVALID"],
    ["PUT", "/v1/tenants/alice/apps/app?name=a.js&name=b.js", "1", js, "ERR_REQUEST_INVALID"],
    [
      "PUT",
      "/v1/tenants/alice/apps/app",
      tarGz([{ path: "README", content: "x" }]),
      "application/gzip",
      "ERR_ENTRY_MISSING",
    ],
    ["GET", "/v1/tenants?limit=0", undefined, undefined, "ERR_REQUEST_INVALID"],
    ["GET", "/v1/nothing", undefined, undefined, "ERR_ROUTE_NOT_FOUND"],
    ["POST", "/v1/tenants", undefined, undefined, "ERR_ROUTE_NOT_FOUND"],
    ["GET", "/v1/tenants/alice/apps/other/logs", undefined, undefined, "ERR_APP_NOT_FOUND"],
  ] as const) {
    assert.equal(
      await problemCode(await host.api(method, path, body, type)),
      code,
      `${method} ${path} ${code}`,
    );
  }
  const app = (await (await host.api("GET", "/v1/tenants/alice/apps/app")).json()) as { version: number };
  assert.equal(app.version, 1);
  assert.equal((await host.api("GET", "/v1/tenants/a")).status, 404);
});

test("a bundle that asks for more than its tenant has is refused", async (t) => {
  const { host } = await start(t);
  await host.deploy("alice", "app");
  const body = tarGz([
    { path: "index.js", content: "1" },
    { path: "cordon.json", content: '{"allow":{"fs.read":["/etc"]}}' },
  ]);
  const answer = await host.api("PUT", "/v1/tenants/alice/apps/app", body, "application/gzip");
  const problem = (await answer.clone().json()) as { grant: string; detail: string };
  assert.equal(problem.grant, "--allow-fs-read=/etc");
  assert.equal(await problemCode(answer), "ERR_POLICY_EXCEEDS");
});

test("what an app writes can be read, with nothing in it that acts on a terminal", async (t) => {
  const { host, cells } = await start(t);
  await host.deploy("alice", "app");
  const cell = await eventually("the cell runs", () => cells.started[0]);
  cell.stdout.write("hello \u001b[31mred\n");
  cell.stderr.write("oops");
  cell.emit("denied", { scope: "fs.read", resource: "/etc/\u0007", by: "filters", count: 2 });
  cell.crash();
  const logs = await eventually("the log has both lines", async () => {
    const { lines } = (await (await host.api("GET", "/v1/tenants/alice/apps/app/logs")).json()) as {
      lines: { stream: string; text: string }[];
    };
    return lines.length === 2 ? lines : undefined;
  });
  assert.deepEqual(
    logs.map(({ stream, text }) => [stream, text]),
    [
      ["stdout", "hello \\x1b[31mred"],
      ["stderr", "oops"],
    ],
  );
  const { events } = (await (await host.api("GET", "/v1/tenants/alice/apps/app/events")).json()) as {
    events: Record<string, unknown>[];
  };
  const denied = events.find(({ event }) => event === "denied");
  assert.deepEqual([denied?.["resource"], denied?.["count"]], ["/etc/\\x07", 2]);
  assert.ok(events.some(({ event, code }) => event === "exited" && code === 1));
});

test("a host that cannot enforce makes nothing and says why", async (t) => {
  const data = join(await temporaryDirectory(t), "data");
  const refusal = new CordonError("ERR_CELL_START", { step: "namespaces", problem: "EPERM" });
  await assert.rejects(createServer({ data, checkHost: () => Promise.reject(refusal) }), refusal);
  await assert.rejects(readdir(data), { code: "ENOENT" });
});

test("options that cannot be used are named", async (t) => {
  const data = await temporaryDirectory(t);
  for (const options of [
    { listen: "nowhere" },
    { listen: "127.0.0.1:70000" },
    { limits: { grace: -1 } },
    { limits: { grcae: 1 } as object },
  ]) {
    await assert.rejects(createServer({ data, ...withoutWalls, ...options }), { code: "ERR_OPTION_INVALID" });
  }
});

test("an address that is taken is named", async (t) => {
  const { host } = await start(t);
  await using second = await createServer({
    data: await temporaryDirectory(t),
    listen: host.url.slice(7),
    ...withoutWalls,
  });
  await assert.rejects(second.listen(), { code: "ERR_LISTEN" });
});
