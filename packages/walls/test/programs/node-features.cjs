// SPDX-License-Identifier: Apache-2.0
// Uses what Node offers, feature by feature, and prints as JSON which of them failed and how.
"use strict";
const assert = require("node:assert");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const { join } = require("node:path");

const directory = process.argv[2];
const file = join(directory, "file");
const failures = {};

const features = {
  async files() {
    fs.writeFileSync(file, "x".repeat(100_000));
    fs.copyFileSync(file, `${file}2`, fs.constants.COPYFILE_FICLONE);
    fs.renameSync(`${file}2`, `${file}3`);
    fs.linkSync(file, `${file}4`);
    fs.symlinkSync(file, `${file}5`);
    fs.realpathSync.native(`${file}5`);
    fs.mkdirSync(join(directory, "a/b"), { recursive: true });
    fs.readdirSync(directory, { withFileTypes: true });
    fs.rmSync(join(directory, "a"), { recursive: true });
    fs.statfsSync(directory);
    const handle = await fs.promises.open(file, "r+");
    await handle.writev([Buffer.from("a"), Buffer.from("b")]);
    await handle.truncate(5);
    await handle.sync();
    await handle.close();
  },
  async metadata() {
    fs.chmodSync(file, 0o600);
    fs.utimesSync(file, 1, 1);
    fs.lutimesSync(file, 1, 1);
    fs.chownSync(file, process.getuid(), process.getgid());
    process.umask(process.umask());
  },
  async watching() {
    const watcher = fs.watch(directory);
    const changed = once(watcher, "change");
    fs.writeFileSync(join(directory, "watched"), "");
    await changed;
    watcher.close();
  },
  async http() {
    const server = require("node:http").createServer((_, response) => response.end("ok"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const response = await fetch(`http://127.0.0.1:${server.address().port}`, {
      headers: { connection: "close" },
    });
    assert.equal(await response.text(), "ok");
    server.close();
  },
  async udp() {
    const { createSocket } = require("node:dgram");
    const [here, there] = [createSocket({ type: "udp4", reuseAddr: true }), createSocket("udp4")];
    here.bind(0, "127.0.0.1");
    await once(here, "listening");
    here.setTTL(9);
    here.setRecvBufferSize(16_384);
    there.send("hello", here.address().port, "127.0.0.1");
    await once(here, "message");
    here.close();
    there.close();
  },
  async names() {
    await require("node:dns").promises.lookup("localhost");
  },
  async workers() {
    const { Worker } = require("node:worker_threads");
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const code =
      "const { workerData: cell } = require('node:worker_threads'); Atomics.store(cell, 0, 1); Atomics.notify(cell, 0);";
    const worker = new Worker(code, { eval: true, workerData: cell });
    Atomics.wait(cell, 0, 0, 10_000);
    await once(worker, "exit");
    const endless = new Worker("for (;;);", { eval: true });
    await once(endless, "online");
    await endless.terminate();
  },
  async compression() {
    const zlib = require("node:zlib");
    await require("node:util").promisify(zlib.brotliCompress)(Buffer.alloc(100_000));
    zlib.gunzipSync(zlib.gzipSync(Buffer.alloc(100_000)));
  },
  async cryptography() {
    const { promisify } = require("node:util");
    const crypto = require("node:crypto");
    await promisify(crypto.scrypt)("secret", "salt", 32);
    await promisify(crypto.generateKeyPair)("ec", { namedCurve: "P-256" });
    crypto.randomUUID();
  },
  async sqlite() {
    if (!require("node:module").isBuiltin("node:sqlite")) return;
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(join(directory, "database"));
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE a (b); INSERT INTO a VALUES (1)");
    database.close();
  },
  async webAssembly() {
    new WebAssembly.Memory({ initial: 1, maximum: 64, shared: true }).grow(8);
    await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  },
  async inspector() {
    const { Session } = require("node:inspector/promises");
    const session = new Session();
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    await session.post("Profiler.stop");
    session.disconnect();
  },
  async heap() {
    const v8 = require("node:v8");
    v8.writeHeapSnapshot(join(directory, "heap"));
    v8.deserialize(v8.serialize({ a: 1 }));
    require("node:vm").runInNewContext("1");
    process.report.getReport();
  },
  async machine() {
    for (const name of ["cpus", "totalmem", "uptime", "hostname", "version", "getPriority"]) os[name]();
    process.resourceUsage();
    process.title = "features";
    const delay = require("node:perf_hooks").monitorEventLoopDelay();
    delay.enable();
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
  },
  async signals() {
    const received = once(process, "SIGUSR2");
    process.kill(process.pid, "SIGUSR2");
    await received;
  },
  async children() {
    const { spawnSync, fork } = require("node:child_process");
    const script =
      'set -e; cd "$1"; echo a | cat >b; (sleep 0) & wait; test "$(cat b)" = a; cp b c; rm c; umask 077; ulimit -n 64';
    const shell = spawnSync("/bin/sh", ["-c", script, "sh", directory], {
      encoding: "utf8",
      timeout: 10_000,
    });
    assert.deepEqual([shell.error, shell.status, shell.stderr], [undefined, 0, ""]);
    const child = fork(join(__dirname, "echo.cjs"));
    child.send("hello");
    assert.deepEqual(await once(child, "message"), ["hello", undefined]);
    child.kill();
    await once(child, "exit");
  },
};

void (async () => {
  // Some of what is waited for does not keep the event loop going.
  const running = setInterval(() => {}, 1000);
  for (const [name, use] of Object.entries(features)) {
    if (name === "children" && process.argv[3] !== "children") continue;
    await use().catch((error) => {
      failures[name] = `${error.code}: ${error.message}`;
    });
  }
  clearInterval(running);
  console.log(JSON.stringify(failures));
})();
