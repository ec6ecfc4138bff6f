// SPDX-License-Identifier: Apache-2.0
// The host with real cells: whatever is claimed of apps here, a kernel holds.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, readdir, readFile, realpath, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { mergePolicies, parsePolicyFile, type Policy } from "@cordon/policy";
import { eventually, problemCode, startHost, temporaryDirectory, type TestHost } from "./support/host.ts";
import { tarGz } from "./support/tar.ts";

/** A host's policy for a machine of which nothing is known: where no cgroup can be had, the supervisor watches. */
function hostPolicy(limits: object = {}): Policy {
  const content = JSON.stringify({
    limits: { memory: "256MB", processes: 64, ...limits },
    accept: ["limits"],
  });
  return mergePolicies(parsePolicyFile(content, { file: "test", directory: "/" }));
}

interface Happening {
  event: string;
  [field: string]: unknown;
}

async function happenings(host: TestHost, tenant: string): Promise<Happening[]> {
  const answer = await host.api("GET", `/v1/tenants/${tenant}/apps/app/events`);
  return ((await answer.json()) as { events: Happening[] }).events;
}

const fetchApp = `export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/die") process.exit(7);
    if (pathname === "/spin") for (;;);
    if (pathname === "/eat") { const kept = []; for (;;) kept.push(Buffer.alloc(1 << 20, 1)); }
    if (pathname === "/echo") return new Response(request.body);
    if (pathname === "/passwd") {
      const { readFileSync } = await import("node:fs");
      try { return new Response(readFileSync("/etc/passwd")); } catch (error) { return Response.json(error.code); }
    }
    return Response.json({ pid: process.pid, env: Object.keys(process.env), path: pathname });
  },
};`;

test("a fetch handler in a cell answers, with nothing of the host's environment", async (t) => {
  process.env["CORDON_TEST_SECRET"] = "secret";
  const host = await startHost(t, { policy: hostPolicy() });
  await host.deploy("alice", "app", fetchApp);
  const answer = await fetch(`${host.url}/run/alice/app/a/b`);
  assert.equal(answer.status, 200);
  const { env, path } = (await answer.json()) as { env: string[]; path: string };
  assert.equal(path, "/a/b");
  assert.ok(!env.includes("CORDON_TEST_SECRET") && !env.includes("PATH"), env.join());
});

test("a large body goes through a cell and back unchanged", async (t) => {
  const host = await startHost(t, { policy: hostPolicy() });
  await host.deploy("alice", "app", fetchApp);
  const body = randomBytes(20 * 1024 * 1024);
  const answer = await fetch(`${host.url}/run/alice/app/echo`, { method: "POST", body });
  const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  assert.equal(hash(new Uint8Array(await answer.arrayBuffer())), hash(body));
});

test("two apps listen on one port, and neither is on the host's", async (t) => {
  const host = await startHost(t, { policy: hostPolicy() });
  const source = (text: string): string =>
    `const { createServer } = require("node:http");
     createServer((request, response) => response.end("${text}")).listen(39471, "127.0.0.1");`;
  await host.deploy("alice", "app", source("alice"));
  await host.deploy("bob", "app", source("bob"));
  assert.equal(await (await fetch(`${host.url}/run/alice/app/`)).text(), "alice");
  assert.equal(await (await fetch(`${host.url}/run/bob/app/`)).text(), "bob");
  const [error] = await once(connect(39471, "127.0.0.1"), "error");
  assert.equal(error.code, "ECONNREFUSED");
});

test("what is refused in a cell has its code there, and is among the app's events", async (t) => {
  const host = await startHost(t, { policy: hostPolicy() });
  const source = `import { connect } from "node:net";
    export default { fetch: () => new Promise((resolve) => {
      connect(80, "169.254.169.254").on("error", (error) => resolve(Response.json(error.code)));
    }) };`;
  await host.deploy("alice", "app", source);
  await host.deploy("bob", "app", fetchApp);
  assert.equal(await (await fetch(`${host.url}/run/bob/app/passwd`)).json(), "ERR_ACCESS_DENIED");
  assert.equal(await (await fetch(`${host.url}/run/alice/app/`)).json(), "ERR_ACCESS_DENIED");
  const denied = await eventually("the denial is recorded", async () => {
    return (await happenings(host, "alice")).find(({ event }) => event === "denied");
  });
  assert.deepEqual([denied["scope"], denied["resource"]], ["net.connect", "tcp://169.254.169.254:80"]);
});

test("a grant around the host's own data opens what is beside it, never the data", async (t) => {
  const around = await realpath(await temporaryDirectory(t));
  // Anybody may read it: as root, each cell is a user of its own.
  await chmod(around, 0o755);
  await writeFile(join(around, "beside.txt"), "beside");
  const grant = { allow: { "fs.read": [around] } };
  const policy = mergePolicies(
    parsePolicyFile(JSON.stringify({ ...grant, accept: ["limits"] }), { file: "test", directory: "/" }),
  );
  const host = await startHost(t, { data: join(around, "data"), policy });
  await host.deploy("bob", "app", fetchApp);
  const [other = ""] = await readdir(join(around, "data/bundles"));
  assert.ok(
    (await host.api("PUT", "/v1/tenants/alice", JSON.stringify({ policy: grant }), "application/json")).ok,
  );
  const source = `import { readFileSync } from "node:fs";
    const read = (path) => { try { return readFileSync(path, "utf8"); } catch (error) { return error.code; } };
    export default { fetch: async (request) => Response.json((await request.json()).map(read)) };`;
  const body = tarGz([
    { path: "index.mjs", content: source },
    { path: "cordon.json", content: JSON.stringify(grant) },
  ]);
  assert.equal((await host.api("PUT", "/v1/tenants/alice/apps/app", body, "application/gzip")).status, 201);
  const paths = ["beside.txt", "data/admin-token", "data/cordon.sqlite", `data/bundles/${other}/index.mjs`];
  const answer = await fetch(`${host.url}/run/alice/app/`, {
    method: "POST",
    body: JSON.stringify(paths.map((path) => join(around, path))),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  const denied = "ERR_ACCESS_DENIED";
  assert.deepEqual(await answer.json(), ["beside", denied, denied, denied]);
});

test("a cell that exits comes back, and its neighbour does not notice", async (t) => {
  const host = await startHost(t, { policy: hostPolicy() });
  await host.deploy("alice", "app", fetchApp);
  await host.deploy("bob", "app", fetchApp);
  const died = await fetch(`${host.url}/run/alice/app/die`);
  assert.equal(await problemCode(died), "ERR_APP_ANSWER");
  assert.equal((await fetch(`${host.url}/run/bob/app/`)).status, 200);
  assert.equal((await fetch(`${host.url}/run/alice/app/`)).status, 200);
  const exited = (await happenings(host, "alice")).find(({ event }) => event === "exited");
  assert.equal(exited?.["code"], 7);
  assert.ok(!(await happenings(host, "bob")).some(({ event }) => event === "exited"));
});

test("a cell that spins costs its own clients a timeout, and nobody else anything", async (t) => {
  const host = await startHost(t, { policy: hostPolicy(), limits: { responseTimeout: 1500, grace: 100 } });
  await host.deploy("alice", "app", fetchApp);
  await host.deploy("bob", "app", fetchApp);
  await fetch(`${host.url}/run/bob/app/`);
  const spinning = fetch(`${host.url}/run/alice/app/spin`);
  assert.equal((await fetch(`${host.url}/run/bob/app/`)).status, 200);
  assert.equal(await problemCode(await spinning), "ERR_APP_TIMEOUT");
  assert.equal((await fetch(`${host.url}/run/bob/app/`)).status, 200);
});

test("a cell that eats memory is ended by its limit, and comes back", async (t) => {
  const host = await startHost(t, { policy: hostPolicy({ memory: "128MB" }) });
  await host.deploy("alice", "app", fetchApp);
  const eaten = await fetch(`${host.url}/run/alice/app/eat`);
  assert.equal(await problemCode(eaten), "ERR_APP_ANSWER");
  const limit = await eventually("the limit is recorded", async () => {
    return (await happenings(host, "alice")).find(({ event }) => event === "limit");
  });
  assert.equal(limit["limit"], "memory");
  assert.equal((await fetch(`${host.url}/run/alice/app/`)).status, 200);
});

test("a cell that spins past its time tells its owner where", async (t) => {
  const host = await startHost(t, { policy: hostPolicy({ wallTime: "2s" }) });
  await host.deploy("alice", "app", fetchApp);
  assert.equal(await problemCode(await fetch(`${host.url}/run/alice/app/spin`)), "ERR_APP_ANSWER");
  const limit = await eventually("the limit is recorded", async () => {
    return (await happenings(host, "alice")).find(({ event }) => event === "limit");
  });
  assert.equal(limit["limit"], "wallTime");
  assert.match(String(limit["at"]), /fetch \(.*\.m?js:\d+:\d+\)/);
});

test("a cell that floods its log is slowed down, the host is not", async (t) => {
  const host = await startHost(t, {
    policy: hostPolicy(),
    limits: { logBytesPerSecond: 100_000, grace: 100 },
  });
  const flood = `const { createServer } = require("node:http");
    createServer((request, response) => response.end("x")).listen(3000);
    const line = Buffer.alloc(65536, "x\\n");
    const write = () => { while (process.stdout.write(line)); process.stdout.once("drain", write); };
    setTimeout(write, 50);`;
  await host.deploy("alice", "app", flood);
  await host.deploy("bob", "app", fetchApp);
  await eventually("the flood has begun", async () => {
    const { lines } = (await (await host.api("GET", "/v1/tenants/alice/apps/app/logs")).json()) as {
      lines: unknown[];
    };
    return lines.length > 100 || undefined;
  });
  const before = process.cpuUsage();
  for (let round = 0; round < 10; round += 1) {
    assert.equal((await fetch(`${host.url}/run/bob/app/`)).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 1_000_000, `${user + system} µs of the host's time`);
});

test("a bundle of several files loads its modules and its data, and nothing beside them", async (t) => {
  const host = await startHost(t, { policy: hostPolicy() });
  assert.ok((await host.api("PUT", "/v1/tenants/alice")).ok);
  const body = tarGz([
    { path: "package.json", content: '{"main":"app/main.js"}' },
    {
      path: "app/main.js",
      content: `const { readFileSync } = require("node:fs"); const greet = require("greet");
      module.exports = (request, response) => response.end(greet(readFileSync(__dirname + "/name.txt", "utf8")));`,
    },
    { path: "app/name.txt", content: "Ada" },
    { path: "node_modules/greet/index.js", content: "module.exports = (name) => `hello ${name}`" },
  ]);
  assert.equal((await host.api("PUT", "/v1/tenants/alice/apps/app", body, "application/gzip")).status, 201);
  assert.equal(await (await fetch(`${host.url}/run/alice/app/`)).text(), "hello Ada");
});

test("TypeScript runs as it is", async (t) => {
  const host = await startHost(t, { policy: hostPolicy() });
  assert.ok((await host.api("PUT", "/v1/tenants/alice")).ok);
  const source =
    "const text: string = 'typed'; export default { fetch: (_: Request): Response => new Response(text) };";
  assert.equal((await host.api("PUT", "/v1/tenants/alice/apps/app", source, "text/typescript")).status, 201);
  assert.equal(await (await fetch(`${host.url}/run/alice/app/`)).text(), "typed");
});

test("a program that is none is said so in its log and events", async (t) => {
  const host = await startHost(t, { policy: hostPolicy() });
  await host.deploy("alice", "app", "export default {");
  await eventually("it has failed", async () => {
    return (await happenings(host, "alice")).some(({ event }) => event === "exited") || undefined;
  });
  const log = await (await host.api("GET", "/v1/tenants/alice/apps/app/logs")).text();
  assert.match(log, /SyntaxError/);
});

test("a host that starts again brings real apps back, and a host that ends leaves no cell behind", async (t) => {
  const data = join(await temporaryDirectory(t), "data");
  const first = await startHost(t, { data, policy: hostPolicy() });
  for (const tenant of ["alice", "bob"]) await first.deploy(tenant, "app", fetchApp);
  for (const tenant of ["alice", "bob"]) await fetch(`${first.url}/run/${tenant}/app/`);
  await first.server.close();
  assert.deepEqual(await cellsOver(data), []);
  const second = await startHost(t, { data, policy: hostPolicy() });
  for (const tenant of ["alice", "bob"]) {
    assert.equal((await fetch(`${second.url}/run/${tenant}/app/`)).status, 200);
  }
  assert.ok((await cellsOver(data)).length >= 2);
});

test("without user namespaces the host refuses to start, makes nothing and says what to do", async (t) => {
  const data = join(await temporaryDirectory(t), "data");
  const program = `
    import { createServer } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
    try { await createServer({ data: ${JSON.stringify(data)}, listen: "127.0.0.1:0" }); console.log("started"); }
    catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message, remedy: error.details?.remedy })); }
    process.exit();`;
  const script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" --input-type=module -e "$1"';
  const run = spawnSync("unshare", ["-Ur", "sh", "-c", script, process.execPath, program], {
    encoding: "utf8",
  });
  assert.equal(run.stderr, "");
  const refusal = JSON.parse(run.stdout) as { code: string; message: string; remedy: string };
  assert.match(refusal.code, /^ERR_(?:WALL_UNAVAILABLE|CELL_START)$/);
  assert.match(refusal.message, /namespace/);
  assert.match(refusal.remedy, /user namespaces|max_user_namespaces/);
  await assert.rejects(readdir(data), { code: "ENOENT" });
});

/** Processes of this machine that run a file below a directory. */
async function cellsOver(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.includes(`${directory}/`)) found.push(`${pid} ${line.replaceAll("\0", " ").slice(0, 100)}`);
  }
  return found;
}
