// SPDX-License-Identifier: Apache-2.0
// One policy is enforced, another is held against what the program does.
import assert from "node:assert/strict";
import { lchownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Place, place } from "./learn/programs.ts";

interface AuditRecord {
  readonly time: string;
  readonly policy: string;
  readonly by: string;
  readonly scope: string;
  readonly resource: string;
  readonly count: number;
  readonly stack: readonly string[];
}

function recordsOf(at: Place): readonly AuditRecord[] {
  const lines = readFileSync(join(at.directory, "audit.log"), "utf8").trimEnd().split("\n");
  return lines.filter(Boolean).map((line) => JSON.parse(line) as AuditRecord);
}

function find(records: readonly AuditRecord[], expected: Partial<AuditRecord>): AuditRecord {
  const found = records.find((each) =>
    Object.entries(expected).every(([key, value]) => Reflect.get(each, key) === value),
  );
  assert.ok(
    found,
    `expected ${JSON.stringify(expected)} among\n${records.map((each) => JSON.stringify(each)).join("\n")}`,
  );
  return found;
}

test("what only the second policy refuses is recorded with its stack, and works", async () => {
  using at = place({
    "main.mjs": `import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { execFileSync } from "node:child_process";
import { createServer, connect } from "node:net";
import { Worker } from "node:worker_threads";
function load() { return readFileSync("data", "utf8"); }
for (let turn = 0; turn < 3; turn++) load();
readFileSync("allowed");
writeFileSync("out", "x");
cpus();
const home = process.env.HOME;
execFileSync("true");
const worker = new Worker("require('node:fs').readFileSync('data')", { eval: true });
const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1", () => {
  connect(server.address().port, "127.0.0.1").resume().on("close", () => server.close());
});
console.log("done");`,
    data: "x",
    allowed: "x",
    out: "",
    "strict.json": `{"allow": {"fs.read": ["./allowed"]}}`,
  });
  const grants = [
    "-R=.",
    "-W=out",
    "--allow-run=true",
    "--allow-env=HOME,PATH",
    "--allow-sys=cpus",
    "--allow-worker",
  ];
  const network = ["--allow-listen=127.0.0.1:0", "--allow-net=127.0.0.1"];
  const audit = ["--audit=audit.log", "--audit-policy=strict.json"];
  const { status, stdout, stderr } = await at.run(["run", ...audit, ...grants, ...network, "main.mjs"]);
  assert.deepEqual([status, stdout], [0, "done\n"], stderr);
  const records = recordsOf(at);
  const path = (name: string): string => join(at.directory, name);
  const data = find(records, { policy: "audit", scope: "fs.read", resource: path("data"), count: 1 });
  assert.match(data.stack[0] ?? "", /^load \(file:\/\/.*main\.mjs:6:\d+\)$/);
  assert.ok(Math.abs(Date.parse(data.time) - Date.now()) < 60_000);
  const same = records.filter(
    ({ resource, stack }) => resource === path("data") && stack[0] === data.stack[0],
  );
  assert.equal(
    same.reduce((sum, { count }) => sum + count, 0),
    3,
  );
  find(records, { policy: "audit", scope: "fs.write", resource: path("out") });
  find(records, { policy: "audit", scope: "sys", resource: "cpus" });
  find(records, { policy: "audit", scope: "env", resource: "HOME" });
  find(records, { policy: "audit", scope: "worker" });
  find(records, { policy: "audit", scope: "net.listen", resource: "tcp://127.0.0.1:0" });
  const run = find(records, { policy: "audit", scope: "run" });
  assert.match(run.resource, /^\/.*\/(?:true|coreutils|busybox)$/);
  assert.ok(
    records.some(
      ({ scope, resource }) => scope === "net.connect" && /^tcp:\/\/127\.0\.0\.1:\d+$/.test(resource),
    ),
  );
  assert.ok(!records.some(({ resource }) => resource === path("allowed")));
  assert.ok(records.every(({ policy }) => policy === "audit"));
});

test("refusals are recorded by both walls, with the stack where JavaScript asked", async () => {
  using at = place({
    "main.js": `const fs = require("node:fs");
function pry() { try { fs.readFileSync("/etc/shadow"); } catch {} }
pry();
require("node:net").connect(9, "127.0.0.1").on("error", () => {});`,
  });
  const { status, stderr } = await at.run(["run", "--audit=audit.log", "main.js"]);
  assert.equal(status, 0, stderr);
  const records = recordsOf(at);
  const read = find(records, {
    policy: "enforced",
    by: "runtime",
    scope: "fs.read",
    resource: "/etc/shadow",
  });
  assert.match(read.stack[0] ?? "", /^pry \(.*main\.js:2:\d+\)$/);
  const connect = find(records, {
    policy: "enforced",
    scope: "net.connect",
    resource: "tcp://127.0.0.1:9",
    by: "runtime",
  });
  assert.match(connect.stack[0] ?? "", /main\.js:4:\d+/);
  find(records, {
    policy: "enforced",
    scope: "net.connect",
    resource: "tcp://127.0.0.1:9",
    by: "filters",
    count: 1,
  });
});

test("a flood is counted and not written out", async () => {
  using at = place({
    "main.js": `const fs = require("node:fs");
for (let turn = 0; turn < 20000; turn++) try { fs.readFileSync("/etc/shadow"); } catch {}`,
  });
  const { status } = await at.run(["run", "--audit=audit.log", "main.js"]);
  assert.equal(status, 0);
  const records = recordsOf(at).filter(({ resource }) => resource === "/etc/shadow");
  assert.ok(records.length <= 10, String(records.length));
  assert.equal(
    records.reduce((sum, { count }) => sum + count, 0),
    20_000,
  );
});

test("the program can neither write its audit, nor write more than text into it", async () => {
  using at = place({
    "main.js": `const fs = require("node:fs");
fs.writeSync(3, "used audit 99999999999 fs.read /x\\n");
fs.writeSync(3, "used refused 7 fs.read /\\u001b[31m\\u202e\\tframe\\u0007\\n");
fs.writeSync(3, "used audit 1 no.scope /x\\nused other 1 fs.read /y\\n");
try { fs.appendFileSync("audit.log", "mine"); } catch (error) { console.log(error.code); }`,
  });
  writeFileSync(join(at.directory, "audit.log"), "");
  const { stdout, stderr } = await at.run(["run", "--audit=audit.log", "-R=.", "-W=.", "main.js"]);
  assert.equal(stdout, "ERR_ACCESS_DENIED\n", stderr);
  const records = recordsOf(at);
  const forged = find(records, { count: 7, resource: "/\\u001b[31m\\u202e" });
  assert.deepEqual(forged.stack, ["frame\\u0007"]);
  assert.ok(!records.some(({ resource }) => resource === "/x" || resource === "/y"));
});

test("an audit needs a file, and a second policy one that can be read", async () => {
  using at = place({ "main.js": "" });
  const alone = await at.run(["run", "--audit-policy=x.json", "main.js"]);
  assert.deepEqual([alone.status, /needs --audit/.test(alone.stderr)], [125, true], alone.stderr);
  const missing = await at.run(["run", "--audit=audit.log", "--audit-policy=x.json", "main.js"]);
  assert.deepEqual(
    [missing.status, /x\.json cannot be read/.test(missing.stderr)],
    [125, true],
    missing.stderr,
  );
  const nowhere = await at.run(["run", "--audit=missing/audit.log", "main.js"]);
  assert.deepEqual([nowhere.status, /cannot be written/.test(nowhere.stderr)], [125, true], nowhere.stderr);
});

test("neither an audit nor what replaces a file follows a link that a program may have laid", async () => {
  using at = place({ "main.js": "", target: "kept" });
  mkdirSync(join(at.directory, "out"));
  for (const name of ["out/audit.log", "other.json.new"]) {
    symlinkSync(join(at.directory, "target"), join(at.directory, name));
    if (process.getuid?.() === 0) lchownSync(join(at.directory, name), 54_321, 54_321);
  }
  const audited = await at.run(["run", "--audit=out/audit.log", "main.js"]);
  assert.equal(audited.status, 125);
  assert.match(audited.stderr, /--audit: \S+audit\.log is a link to \S+target, out of its directory/);
  await at.run(["integrity", "--write", "--policy=other.json", "main.js"]);
  assert.match(readFileSync(join(at.directory, "other.json"), "utf8"), /integrity/);
  assert.equal(readFileSync(join(at.directory, "target"), "utf8"), "kept");
});
