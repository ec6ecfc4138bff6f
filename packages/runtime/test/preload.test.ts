// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { attempts, resultsOf, runProgram, temporaryDirectory } from "./cell.ts";

test("the preload reports ready once, keeps the pipe for its refusals and hides what it was told", async () => {
  await using directory = await temporaryDirectory();
  const source = `
    let open = true;
    try { require("node:fs").fstatSync(3); } catch { open = false; }
    console.log(JSON.stringify({ open, told: "CORDON_CELL" in process.env, env: process.env.VISIBLE }));`;
  const { stdout, report, code } = await runProgram(directory.path, source);
  assert.deepEqual(JSON.parse(stdout), { open: true, told: false, env: "yes" });
  assert.equal(report, "ready\n");
  assert.equal(code, 0);
});

test("with the runtime wall taken away the preload reports ready and changes nothing", async () => {
  await using directory = await temporaryDirectory();
  const source =
    'process.chdir("/"); console.log(process.cwd(), require("node:fs").existsSync("/etc/passwd"));';
  const options = { walls: ["namespaces", "filters"], permission: false };
  const { stdout, report } = await runProgram(directory.path, source, options);
  assert.equal(stdout, "/ true\n");
  assert.equal(report, "ready\n");
});

test("an uncaught refusal is printed with the grant that would help", async () => {
  await using directory = await temporaryDirectory();
  const { stderr, code } = await runProgram(
    directory.path,
    'require("node:fs").readFileSync("/etc/passwd");',
  );
  assert.match(
    stderr,
    /Error: Reading \/etc\/passwd is not granted\. Grant it with --allow-fs-read=\/etc\/passwd\n/,
  );
  assert.match(stderr, /at .*program\.cjs:1/);
  assert.equal(code, 1);
});

test("a module behind the wall looks absent, and names the grant if it was asked for by path", async () => {
  await using directory = await temporaryDirectory();
  const source = attempts({
    path: 'require("/elsewhere/module.js")',
    name: 'require("a-package-that-is-not-there")',
    module: 'import("another-package-that-is-not-there")',
  });
  const results = resultsOf(await runProgram(directory.path, source));
  assert.equal(results["path"]?.code, "MODULE_NOT_FOUND");
  assert.equal(results["path"]?.grant, "--allow-fs-read=/elsewhere/module.js");
  assert.equal(results["name"]?.code, "MODULE_NOT_FOUND");
  assert.equal(results["name"]?.grant, undefined);
  assert.equal(results["module"]?.code, "ERR_MODULE_NOT_FOUND");
});

const REFUSED = {
  chdir: 'process.chdir("/")',
  setuid: "process.setuid(0)",
  setgroups: "process.setgroups([])",
  kill: "process.kill(process.ppid, 0)",
  rawKill: "process._kill(process.ppid, 0)",
  debug: "process._debugProcess(process.ppid)",
  execve: 'process.execve("/bin/true", ["true"])',
  binding: 'process.binding("fs")',
  dlopen: 'process.dlopen({ exports: {} }, "/tmp/x.node")',
  report: 'process.report.writeReport("/tmp/report.json")',
  flags: '(await import("node:v8")).setFlagsFromString("--allow-natives-syntax")',
  snapshot: '(await import("node:v8")).writeHeapSnapshot("/tmp/x.heapsnapshot")',
  engine: '(require("node:crypto")).setEngine("/tmp/engine.so")',
  inspector: '(await import("node:inspector")).open(0)',
  session: 'new (await import("node:inspector")).Session()',
  sessionPromises: 'new (await import("node:inspector/promises")).Session()',
  worker: 'new (await import("node:worker_threads")).Worker("1", { eval: true })',
  wasi: 'new (await import("node:wasi")).WASI({ version: "preview1" })',
  spawn: '(await import("node:child_process")).spawn("/bin/true")',
  spawnSync: '(await import("node:child_process")).spawnSync("/bin/true")',
  sqlite: 'new (await import("node:sqlite")).DatabaseSync("/tmp/cordon.db")',
  sqliteUrl: 'new (await import("node:sqlite")).DatabaseSync("file:/tmp/cordon.db?mode=rwc")',
};

for (const [kind, name] of [
  ["a CommonJS program", "program.cjs"],
  ["an ES module", "program.mjs"],
] as const) {
  test(`what Node's own model leaves open is refused to ${kind}`, async () => {
    await using directory = await temporaryDirectory();
    const before = name.endsWith(".mjs")
      ? 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'
      : "";
    const outcome = await runProgram(directory.path, attempts(REFUSED, before), { name });
    const results = resultsOf(outcome);
    for (const attempt of Object.keys(REFUSED)) {
      assert.equal(
        results[attempt]?.code,
        "ERR_ACCESS_DENIED",
        `${attempt}: ${JSON.stringify(results[attempt])}`,
      );
    }
  });
}

test("named imports of built-ins are the guarded ones", async () => {
  await using directory = await temporaryDirectory();
  const source = `
    import { Worker } from "node:worker_threads";
    import { connect } from "node:net";
    import { readFileSync } from "node:fs";
    import { readFile } from "node:fs/promises";
    const codes = [];
    try { new Worker("1", { eval: true }); } catch (error) { codes.push(error.grant); }
    await new Promise((heard) => connect("/run/x.sock").on("error", (error) => heard(codes.push(error.grant))));
    try { readFileSync("/etc/passwd"); } catch (error) { codes.push(error.grant); }
    await readFile("/etc/passwd").catch((error) => codes.push(error.grant));
    console.log(codes.join(" "));`;
  const { stdout } = await runProgram(directory.path, source, { name: "program.mjs" });
  const file = "--allow-fs-read=/etc/passwd";
  assert.equal(stdout, `--allow-worker --allow-unix=/run/x.sock ${file} ${file}\n`);
});

test("a worker has the walls of its parent, whatever flags it is given", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await writeFile(join(path, "key"), "key");
  await writeFile(join(path, "local.cjs"), "");
  await writeFile(
    join(path, "worker.cjs"),
    `const { parentPort } = require("node:worker_threads");
     const results = {};
     for (const [name, run] of Object.entries({
       unix: () => require("node:net").createServer().listen("/run/x.sock"),
       denied: () => require("node:fs").readFileSync("${path}/key"),
       local: () => { require("./local.cjs"); throw { code: "loaded" }; },
       told: () => { throw { code: String(process.env.CORDON_CELL) }; },
     })) try { run(); results[name] = "done"; } catch (error) { results[name] = error.code; }
     parentPort.postMessage(results);`,
  );
  const source = `
    const { Worker, SHARE_ENV } = require("node:worker_threads");
    (async () => {
      for (const options of [{}, { execArgv: [] }, { env: {} }, { env: SHARE_ENV }]) {
        const worker = new Worker("${path}/worker.cjs", options);
        console.log(JSON.stringify(await new Promise((good, bad) => worker.on("message", good).on("error", bad))));
      }
      try { new Worker("1", { eval: true, execArgv: ["--allow-fs-write=*"] }); } catch (error) { console.log(error.code); }
    })();`;
  const grants = ["--allow-worker", `--allow-fs-read=${path}`, `--deny-fs-read=${path}/key`];
  const { stdout, stderr, report } = await runProgram(path, source, { grants });
  const expected = JSON.stringify({
    unix: "ERR_ACCESS_DENIED",
    denied: "ERR_ACCESS_DENIED",
    local: "loaded",
    told: "undefined",
  });
  assert.equal(stdout, `${expected}\n`.repeat(4) + "ERR_ACCESS_DENIED\n", stderr);
  const ofWorker = `denied net.unix /run/x.sock\ndenied fs.read ${path}/key\n`;
  assert.equal(report, `ready\n${ofWorker.repeat(4)}denied sys A worker's flag --allow-fs-write=*\n`);
});
