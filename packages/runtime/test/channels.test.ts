// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram, temporaryDirectory } from "./cell.ts";

interface Heard {
  readonly channel: string;
  readonly message: Readonly<Record<string, string>>;
}

/** What subscribers hear while a program does something. */
async function heard(code: string, grants: readonly string[] = []): Promise<readonly Heard[]> {
  await using directory = await temporaryDirectory();
  const source = `
    const { subscribe } = require("node:diagnostics_channel");
    const heard = [];
    for (const name of ["fs", "net", "child", "worker", "inspector", "wasi", "addon", "ffi"])
      subscribe("node:permission-model:" + name, (message, channel) => heard.push({ channel, message }));
    subscribe("cordon:denied", (message, channel) => heard.push({ channel, message }));
    process.on("exit", () => process.stdout.write(JSON.stringify(heard)));
    const attempt = (run) => { try { run(); } catch {} };
    ${code}`;
  const { stdout, stderr } = await runProgram(directory.path, source, { grants });
  assert.ok(stdout.startsWith("["), stderr);
  return JSON.parse(stdout) as Heard[];
}

const of = (all: readonly Heard[], channel: string): readonly Heard["message"][] =>
  all.filter((one) => one.channel === channel).map(({ message }) => message);

test("each refusal is told once on Node's channel and once on ours", async () => {
  const all = await heard(`
    attempt(() => require("node:fs").readFileSync("/etc/passwd"));
    attempt(() => new (require("node:worker_threads").Worker)("", { eval: true }));
    attempt(() => process.dlopen({ exports: {} }, "/x.node"));
    attempt(() => process.kill(1));`);
  assert.deepEqual(of(all, "node:permission-model:fs"), [
    { permission: "FileSystemRead", resource: "/etc/passwd" },
  ]);
  assert.deepEqual(of(all, "node:permission-model:worker"), [{ permission: "WorkerThreads", resource: "" }]);
  assert.deepEqual(of(all, "node:permission-model:addon"), [{ permission: "Addon", resource: "/x.node" }]);
  const ours = of(all, "cordon:denied");
  assert.deepEqual(
    ours.map(({ scope, resource, grant, permission }) => [scope, resource, grant, permission]),
    [
      ["fs.read", "/etc/passwd", "--allow-fs-read=/etc/passwd", "FileSystemRead"],
      ["worker", "", "--allow-worker", "WorkerThreads"],
      ["addon", "/x.node", "--allow-addons=/x.node", "Addon"],
      ["sys", "process.kill(1)", "", "sys"],
    ],
  );
  for (const { stack } of ours) assert.match(String(stack), /\n {4}at .*program/);
});

test("a deny rule, which Node does not know, is told on Node's channel too", async () => {
  const all = await heard('attempt(() => require("node:fs").readFileSync("/etc/passwd"));', [
    "--allow-fs-read=/etc",
    "--deny-fs-read=/etc/passwd",
  ]);
  assert.deepEqual(of(all, "node:permission-model:fs"), [
    { permission: "FileSystemRead", resource: "/etc/passwd" },
  ]);
  assert.equal(of(all, "cordon:denied").length, 1);
});

test("a refusal of the network is told with its error", async () => {
  const all = await heard('require("node:net").connect("/run/x.sock").on("error", () => {});');
  assert.deepEqual(of(all, "node:permission-model:net"), [{ permission: "Net", resource: "/run/x.sock" }]);
});

test("a subscriber that is refused something itself does not hear of that, and what it throws refuses nothing", async () => {
  const all = await heard(`
    subscribe("cordon:denied", (message) => {
      message.scope = "changed";
      try { require("node:fs").readFileSync("/etc/shadow"); } catch {}
    });
    attempt(() => new (require("node:worker_threads").Worker)("", { eval: true }));
    try { process.kill(1); } catch (error) { heard.push({ channel: "error", message: { scope: error.scope } }); }`);
  assert.equal(of(all, "cordon:denied").length, 2);
  assert.deepEqual(of(all, "error"), [{ scope: "sys" }]);
});
