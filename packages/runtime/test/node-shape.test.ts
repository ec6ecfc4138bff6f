// SPDX-License-Identifier: Apache-2.0
// Refusals have the form of Node's own, which programs and Node's tests compare.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { attempts, resultsOf, runProgram, temporaryDirectory } from "./cell.ts";

const YES_OR_NO = {
  worker: ["WorkerThreads", 'new (require("node:worker_threads").Worker)("", { eval: true })'],
  wasi: ["WASI", 'new (require("node:wasi").WASI)({ version: "preview1" })'],
  inspector: ["Inspector", 'new (require("node:inspector").Session)().connect()'],
  "child-process": ["ChildProcess", 'require("node:child_process").spawnSync("true")'],
} as const;

test("what Node asks with yes or no is refused in Node's words, and the stack has the grant", async () => {
  await using directory = await temporaryDirectory();
  for (const [flag, [permission, code]] of Object.entries(YES_OR_NO)) {
    const source = `try { ${code}; } catch ({ code, message, permission, stack }) {
      console.log(JSON.stringify({ code, message, permission, stack })); }`;
    const { stdout } = await runProgram(directory.path, source);
    const { stack, ...shape } = JSON.parse(stdout) as Record<string, string>;
    assert.deepEqual(shape, {
      code: "ERR_ACCESS_DENIED",
      message: `Access to this API has been restricted. Use --allow-${flag} to manage permissions.`,
      permission,
    });
    assert.match(String(stack), /restricted.*\n.* is not granted\. Grant it with --allow-[\w=-]+\n {4}at /);
  }
});

test("with some programs granted, the refusal of another names it", async () => {
  await using directory = await temporaryDirectory();
  const source = attempts({ spawn: 'require("node:child_process").spawnSync("true")' });
  const { spawn } = resultsOf(
    await runProgram(directory.path, source, { grants: ["--allow-run=/bin/false"] }),
  );
  assert.match(String(spawn?.message), /^Running .*true is not granted/);
});

test("the resource is what the program wrote, and the explanation has where that is", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const source = attempts(
    {
      relative: 'fs.readFileSync("./x")',
      dots: 'fs.readFile("/etc/../etc/passwd", () => {}) ?? fs.promises.readFile("/etc/../etc/passwd")',
      buffer: 'fs.readFileSync(Buffer.from("../x"))',
      url: 'fs.readFileSync(new URL("file:///etc/../etc/passwd"))',
      temporary: 'fs.mkdtempSync("a")',
      report: 'process.report.writeReport("./r")',
      nowhere: "process.report.writeReport()",
      snapshot: 'require("node:v8").writeHeapSnapshot("./s")',
      binding: 'process._linkedBinding("missing")',
      chdir: 'process.chdir("/etc")',
      rename: 'fs.renameSync("/srv/a/b", "/srv/a/c")',
    },
    'const fs = require("node:fs");',
  );
  const results = resultsOf(await runProgram(path, source));
  const shapes = Object.entries(results).map(([name, { code, permission, resource }]) => {
    return [name, code, permission, resource];
  });
  const refused = "ERR_ACCESS_DENIED";
  assert.deepEqual(shapes, [
    ["relative", refused, "FileSystemRead", "./x"],
    ["dots", refused, "FileSystemRead", "/etc/../etc/passwd"],
    ["buffer", refused, "FileSystemRead", "../x"],
    ["url", refused, "FileSystemRead", "/etc/passwd"],
    ["temporary", refused, "FileSystemWrite", "aXXXXXX"],
    ["report", refused, "FileSystemWrite", "./r"],
    ["nowhere", refused, "FileSystemWrite", path],
    ["snapshot", refused, "FileSystemWrite", "./s"],
    ["binding", refused, "Addon", "missing"],
    ["chdir", refused, "FileSystemRead", "/etc"],
    ["rename", refused, "FileSystemRead", "/srv/a/b"],
  ]);
  assert.equal(results["rename"]?.grant, "--allow-fs-write=/srv/a/b", "reading alone would not help");
  assert.match(String(results["relative"]?.message), new RegExp(`^Reading ${path}/x is not granted`));
});

test("a function with a callback is refused by a throw where Node's is, and by its callback elsewhere", async () => {
  await using directory = await temporaryDirectory();
  const source = `
    const fs = require("node:fs");
    const now = new Date();
    const calls = { chmod: [0o600], lutimes: [now, now], mkdir: [], readlink: [], rmdir: [], utimes: [now, now],
      readFile: [], open: ["r"], writeFile: ["x"], unlink: [], rename: ["/y"], copyFile: ["/y"], chown: [1, 1] };
    const how = {};
    for (const [name, args] of Object.entries(calls)) {
      try {
        fs[name]("/srv/a/b/c", ...args, ({ code }) => (how[name] = "called " + code));
      } catch ({ code }) { how[name] = "threw " + code; }
    }
    process.on("exit", () => console.log(JSON.stringify(how)));`;
  const { stdout } = await runProgram(directory.path, source);
  const how = JSON.parse(stdout) as Record<string, string>;
  const threw = Object.keys(how).filter((name) => how[name] === "threw ERR_ACCESS_DENIED");
  const called = Object.keys(how).filter((name) => how[name] === "called ERR_ACCESS_DENIED");
  assert.deepEqual(threw.sort(), ["chmod", "lutimes", "mkdir", "readlink", "rmdir", "utimes"]);
  assert.deepEqual(called.sort(), ["chown", "copyFile", "open", "readFile", "rename", "unlink", "writeFile"]);
});

test("a guarded class is a class: it is extended, keeps its statics, and hides none behind a proxy", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await writeFile(join(path, "worker.cjs"), "process.exit(7);");
  const source = `
    const { Worker } = require("node:worker_threads");
    const { types } = require("node:util");
    class Own extends Worker { constructor() { super("${path}/worker.cjs"); this.mine = 1; } }
    const own = new Own();
    let called = "nothing";
    try { Worker("x"); } catch (error) { called = error.constructor.name; }
    own.on("exit", (code) => console.log(JSON.stringify([code, own.mine, own instanceof Own, own instanceof Worker,
      Worker.name, own.constructor === Own, Worker.prototype.constructor === Worker, types.isProxy(Worker), called])));`;
  const { stdout, stderr } = await runProgram(path, source, { grants: ["--allow-worker", `-R=${path}`] });
  assert.deepEqual(
    JSON.parse(stdout || "[]"),
    [7, 1, true, true, "Worker", true, true, false, "TypeError"],
    stderr,
  );
});

test("a refusal that nobody catches shows its own lines, and not the whole of our bundle", async () => {
  await using directory = await temporaryDirectory();
  const { stderr } = await runProgram(directory.path, 'require("node:fs").readFileSync("/etc/passwd");');
  assert.match(stderr, /Error: Reading \/etc\/passwd is not granted/);
  assert.ok(stderr.length < 2000, `${stderr.length} characters`);
});

test("a link and a file for a blob are refused as Node refuses them: in its words, and at once", async () => {
  await using directory = await temporaryDirectory();
  const source = `
    const fs = require("node:fs");
    const said = [() => fs.symlinkSync("/srv/a", "/srv/b"), () => fs.openAsBlob("/srv/a")].map((run) => {
      try { return String(run()); } catch ({ code, message, stack }) { return [code, message, stack.split("\\n")[1]]; }
    });
    console.log(JSON.stringify(said));`;
  const { stdout, stderr } = await runProgram(directory.path, source);
  const [link, blob] = JSON.parse(stdout || JSON.stringify([stderr])) as string[][];
  assert.deepEqual(link, [
    "ERR_ACCESS_DENIED",
    "fs.symlink API requires full fs.read and fs.write permissions.",
    "Writing /srv/b is not granted. Grant it with --allow-fs-write=/srv/b",
  ]);
  assert.equal(blob?.[0], "ERR_ACCESS_DENIED");
});
