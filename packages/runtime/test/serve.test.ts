// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { servePath } from "../src/index.ts";
import { temporaryDirectory } from "./cell.ts";

const PORT = 8080;
const BASE = `http://127.0.0.1:${PORT}`;
const DEADLINE = 10_000;

interface App extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Waits for it to be on stderr: what is written there comes by another way than an answer. */
  says(what: RegExp): Promise<void>;
}

/** Starts an app under the harness, and waits until it listens. The harness's port is fixed: one app at a time. */
async function startApp(directory: string, name: string, source: string): Promise<App> {
  const entry = join(directory, name);
  await writeFile(entry, source);
  const child = spawn(process.execPath, [servePath, entry], { stdio: ["ignore", "ignore", "pipe"], env: {} });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const deadline = Date.now() + DEADLINE;
  while (!(await isListening())) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`The app did not listen: ${stderr}`);
  }
  return {
    process: child,
    async says(what) {
      const late = Date.now() + DEADLINE;
      while (!what.test(stderr) && Date.now() < late) await setTimeout(5);
      assert.match(stderr, what);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}

async function isListening(): Promise<boolean> {
  const socket = connect(PORT, "127.0.0.1");
  const connected = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
  socket.destroy();
  return connected;
}

const FETCH_APP = `
  const app = { async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/fail") throw new Error("a secret detail");
    if (pathname === "/nothing") return undefined;
    if (pathname === "/echo") return new Response(request.body, { status: 201, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] });
    if (pathname === "/slow") return new Response(new ReadableStream({
      start(controller) { controller.enqueue(new TextEncoder().encode("first")); this.timer = setTimeout(() => controller.close(), 60_000); },
      cancel() { process.stderr.write("cancelled\\n"); clearTimeout(this.timer); },
    }));
    return Response.json({ method: request.method, pathname, agent: request.headers.get("x-agent") });
  } };`;

for (const [name, source] of [
  ["module.mjs", `${FETCH_APP} export default app;`],
  ["common.cjs", `${FETCH_APP} module.exports = app;`],
  [
    "compiled.cjs",
    `${FETCH_APP} Object.defineProperty(exports, "__esModule", { value: true }); exports.default = app;`,
  ],
  ["function.mjs", `${FETCH_APP} export default function fetch(request) { return app.fetch(request); }`],
  ["typed.ts", `${FETCH_APP} const typed: object = app; export default typed;`],
] as const) {
  test(`an app with fetch(request) answers: ${name}`, async () => {
    await using directory = await temporaryDirectory();
    await using app = await startApp(directory.path, name, source);
    const answer = await fetch(`${BASE}/path?query`, { headers: { "x-agent": "test" } });
    assert.deepEqual(await answer.json(), { method: "GET", pathname: "/path", agent: "test" });

    const echo = await fetch(`${BASE}/echo`, { method: "POST", body: "body" });
    assert.equal(echo.status, 201);
    assert.equal(await echo.text(), "body");
    assert.deepEqual(echo.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.equal(app.process.exitCode, null);
  });
}

test("an error in fetch is a 500 without details, and its stack goes to stderr", async () => {
  await using directory = await temporaryDirectory();
  await using app = await startApp(directory.path, "app.mjs", `${FETCH_APP} export default app;`);
  for (const path of ["/fail", "/nothing"]) {
    const answer = await fetch(BASE + path);
    assert.equal(answer.status, 500);
    assert.equal(await answer.text(), "Internal Server Error\n");
  }
  await app.says(/Error: a secret detail\n\s+at /);
  await app.says(/Expected fetch\(\) to return a Response, got undefined/);
});

test("a body streams out before it is complete, and is cancelled when the client leaves", async () => {
  await using directory = await temporaryDirectory();
  await using app = await startApp(directory.path, "app.mjs", `${FETCH_APP} export default app;`);
  const client = new AbortController();
  const answer = await fetch(`${BASE}/slow`, { signal: client.signal });
  const reader = answer.body?.getReader();
  const part = await reader?.read();
  assert.equal(new TextDecoder().decode(part?.value), "first");
  client.abort();
  await app.says(/cancelled/);
});

test("a function (req, res) answers, and sees itself as the main program", async () => {
  await using directory = await temporaryDirectory();
  const source = `module.exports = (request, response) => response.end([request.url, require.main === module, process.argv.length].join(" "));`;
  await using _ = await startApp(directory.path, "app.js", source);
  assert.equal(await (await fetch(`${BASE}/path`)).text(), "/path true 2");
});

test("an app that listens by itself is left to it, also when it exports a handler", async () => {
  await using directory = await temporaryDirectory();
  const source = `
    const handler = (request, response) => response.end("own server");
    require("node:http").createServer(handler).listen(${PORT}, "127.0.0.1");
    module.exports = () => { throw new Error("not asked"); };`;
  await using _ = await startApp(directory.path, "app.js", source);
  assert.equal(await (await fetch(BASE)).text(), "own server");
});

test("on SIGTERM a request under way is answered, and then the app leaves with 0", async () => {
  await using directory = await temporaryDirectory();
  const source = `
    process.on("message", () => {});
    export default { async fetch() {
      process.stderr.write("asked\\n");
      await new Promise((resolve) => setTimeout(resolve, 300));
      return new Response("done");
    } };`;
  await using app = await startApp(directory.path, "app.mjs", source);
  const asked = once(app.process.stderr ?? app.process, "data");
  const answer = fetch(BASE);
  await asked;
  const closed = once(app.process, "close");
  app.process.kill("SIGTERM");
  assert.equal(await (await answer).text(), "done");
  assert.deepEqual(await closed, [0, null]);
});

test("an app without any shape ends with a message that names the shapes", async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(
    startApp(directory.path, "app.js", "module.exports = 1;"),
    /Expected the app to export a default with fetch/,
  );
});
