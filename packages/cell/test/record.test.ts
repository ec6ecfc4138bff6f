// SPDX-License-Identifier: Apache-2.0
// A run without walls, in which what the program uses is told to the host.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { nameAsked } from "@cordon/policy";
import type { CellUse } from "../src/index.ts";
import { outcomeOf, start } from "./support/cells.ts";

interface Recorded {
  readonly uses: readonly CellUse[];
  readonly root: string;
  readonly stdout: string;
}

/** What a program's own code used, after Node's start. */
async function record(
  context: TestContext,
  code: string,
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Recorded> {
  const cell = await start(context, {
    code,
    files,
    mode: "record",
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", ...env },
  });
  cell.stdin?.end();
  let uses: CellUse[] = [];
  cell.on("ready", () => (uses = []));
  cell.on("used", (use) => uses.push(use));
  const { exit, stdout, stderr } = await outcomeOf(cell);
  assert.equal(exit.exitCode, 0, stderr);
  assert.equal(cell.lost, 0);
  return { uses, root: cell.plan.directory, stdout };
}

const has = ({ uses }: Recorded, expected: Partial<CellUse>): void => {
  const found = uses.some((use) =>
    Object.entries(expected).every(([key, value]) => Reflect.get(use, key) === value),
  );
  assert.ok(
    found,
    `expected ${JSON.stringify(expected)} among\n${uses.map((use) => JSON.stringify(use)).join("\n")}`,
  );
};

test("files are told with what was done and what was there, and where links lead", async (context) => {
  const code = `const fs = require("node:fs");
fs.readFileSync("data");
fs.readFileSync("link");
fs.existsSync("missing");
fs.readdirSync("sub");
fs.writeFileSync("new", "x");
fs.appendFileSync("data", "x");
fs.renameSync("new", "newer");
fs.unlinkSync("newer");
fs.mkdirSync("made");
process.chdir("sub");
fs.readFileSync("inner");`;
  const recorded = await record(context, code, { data: "x", link: "-> data", "sub/inner": "x" });
  const at = (name: string): string => join(recorded.root, name);
  has(recorded, { use: "read", kind: "file", resource: at("data"), real: "" });
  has(recorded, { use: "read", kind: "file", resource: at("link"), real: at("data") });
  has(recorded, { use: "look", kind: "none", resource: at("missing") });
  has(recorded, { use: "read", kind: "directory", resource: at("sub") });
  has(recorded, { use: "write", kind: "none", resource: at("new") });
  has(recorded, { use: "write", kind: "file", resource: at("data") });
  has(recorded, { use: "move", kind: "file", resource: at("new") });
  has(recorded, { use: "make", kind: "none", resource: at("newer") });
  has(recorded, { use: "remove", kind: "file", resource: at("newer") });
  has(recorded, { use: "make", kind: "none", resource: at("made") });
  has(recorded, { use: "read", kind: "file", resource: at("sub/inner") });
});

test("a thing is told once, however often it is used", async (context) => {
  const recorded = await record(
    context,
    `for (let i = 0; i < 5000; i++) require("node:fs").readFileSync("data");`,
    {
      data: "x",
    },
  );
  const told = recorded.uses.filter(
    ({ use, resource }) => use === "read" && resource === join(recorded.root, "data"),
  );
  assert.equal(told.length, 1);
});

test("threads and children are seen, and who they are", async (context) => {
  const code = `const { Worker } = require("node:worker_threads");
const { execFileSync, execSync } = require("node:child_process");
execSync("cat by-cat");
execFileSync(process.execPath, ["-e", "require('fs').readFileSync('by-child'); process.env.SEEN_BY_CHILD"]);
new Worker("require('fs').readFileSync('by-worker'); process.env.SEEN_BY_WORKER", { eval: true });`;
  const files = { "by-cat": "x", "by-child": "x", "by-worker": "x" };
  const recorded = await record(context, code, files, {
    SEEN_BY_CHILD: "1",
    SEEN_BY_WORKER: "1",
    UNSEEN: "1",
  });
  has(recorded, { use: "execute", resource: "/bin/sh" });
  const cat = recorded.uses.find(({ resource }) => resource.endsWith("/by-cat"));
  assert.match(cat?.by ?? "", /\/(?:cat|coreutils|busybox)$/);
  has(recorded, { use: "read", resource: join(recorded.root, "by-child") });
  has(recorded, { use: "read", resource: join(recorded.root, "by-worker") });
  has(recorded, { use: "worker" });
  has(recorded, { use: "env", resource: "SEEN_BY_CHILD" });
  has(recorded, { use: "env", resource: "SEEN_BY_WORKER" });
  assert.ok(!recorded.uses.some(({ resource }) => resource === "UNSEEN"));
});

test("a variable is used by who reads it, not by who copies all of them", async (context) => {
  const code = `const copy = { ...process.env };
process.env.NEW = 1; process.env.NEW = 2; delete process.env.NEW;
const prefixed = Object.keys(process.env).filter((key) => key.startsWith("MY_")).map((key) => process.env[key]);
console.log("OTHER" in process.env, prefixed.join(), process.env.CORDON_RECORD, process.env.NODE_OPTIONS, copy.HOME);`;
  const env = { MY_A: "a", MY_B: "b", OTHER: "o", NODE_OPTIONS: "", A1: "1", A2: "2", A3: "3", A4: "4" };
  const recorded = await record(context, code, {}, env);
  assert.equal(recorded.stdout, "true a,b undefined  /nonexistent\n");
  const names = recorded.uses.filter(({ use }) => use === "env").map(({ resource }) => resource);
  assert.deepEqual(new Set(names), new Set(["OTHER", "MY_A", "MY_B", "NODE_OPTIONS"]));
  has(recorded, { use: "copied" });
});

test("endpoints are told, and the names that their addresses came from", async (context) => {
  const resolver = createSocket("udp4");
  resolver.bind(0, "127.0.0.1");
  await once(resolver, "listening");
  context.after(() => resolver.close());
  const code = `const net = require("node:net");
const server = net.createServer().listen(0, "127.0.0.1", () => {
  const socket = net.connect(server.address().port, "localhost", () => { socket.destroy(); server.close(); });
});
const udp = require("node:dgram").createSocket("udp4");
udp.send("x", ${resolver.address().port}, "127.0.0.1", () => udp.close());
const path = require("node:path").resolve("socket");
const unix = net.createServer().listen(path, () => unix.close());
require("node:os").cpus();`;
  const recorded = await record(context, code);
  has(recorded, { use: "listen", kind: "tcp", resource: "tcp://127.0.0.1:0" });
  has(recorded, { use: "connect", kind: "udp", resource: `udp://127.0.0.1:${resolver.address().port}` });
  has(recorded, { use: "name", resource: "localhost 127.0.0.1" });
  has(recorded, { use: "unix", kind: "bind", resource: join(recorded.root, "socket") });
  has(recorded, { use: "sys", resource: "cpus" });
  assert.ok(
    recorded.uses.some(({ use, resource }) => use === "connect" && /^tcp:\/\/127.0.0.1:\d+$/.test(resource)),
  );
});

test("what is asked of a name server is told as it was asked", async (context) => {
  const code = `const { Resolver } = require("node:dns");
const resolver = new Resolver({ timeout: 100, tries: 1 });
resolver.setServers(["127.0.0.1"]);
resolver.resolve4("asked.example", () => {});`;
  const { uses } = await record(context, code);
  const names = uses.flatMap(({ use, resource }) => (use === "question" ? [nameAsked(resource)] : []));
  assert.deepEqual(names, ["asked.example"]);
});

test("nothing is refused: the program is whoever started it, and in their namespaces", async (context) => {
  const code = `const { readlinkSync } = require("node:fs");
console.log(process.getuid(), ["mnt", "net", "pid", "user"].map((name) => readlinkSync("/proc/self/ns/" + name)).join());`;
  const { stdout } = await record(context, code);
  const { readlinkSync } = await import("node:fs");
  const own = ["mnt", "net", "pid", "user"].map((name) => readlinkSync(`/proc/self/ns/${name}`)).join();
  assert.equal(stdout, `${process.getuid?.()} ${own}\n`);
});
