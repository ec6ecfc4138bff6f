// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import os from "node:os";
import { suite, test } from "node:test";
import { run } from "./support/cells.ts";

const facts = `
  const os = require('node:os');
  console.log(JSON.stringify({
    hostname: os.hostname(), text: \`\${os.hostname}\`, release: os.release(), version: os.version(), memory: os.totalmem(),
    free: os.freemem(), uptime: os.uptime(), load: os.loadavg(), cpus: os.cpus(), parallel: os.availableParallelism(),
    interfaces: os.networkInterfaces(), user: os.userInfo(), home: os.homedir(), report: process.report.getReport().header,
    clock: Number(process.hrtime.bigint() / 1000000000n), available: process.availableMemory?.(),
  }));
`;

interface Facts {
  readonly hostname: string;
  readonly text: string;
  readonly release: string;
  readonly version: string;
  readonly memory: number;
  readonly free: number;
  readonly uptime: number;
  readonly load: readonly number[];
  readonly cpus: readonly { readonly model: string; readonly times: { readonly idle: number } }[];
  readonly parallel: number;
  readonly interfaces: Readonly<Record<string, unknown>>;
  readonly user: { readonly username: string; readonly homedir: string };
  readonly home: string;
  readonly report: { readonly host: string; readonly osRelease: string; readonly cpus: readonly unknown[] };
  readonly clock: number;
  readonly available?: number;
}

/** As the cell is told: a uid without an entry in passwd has no name. */
function ownName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return "cordon";
  }
}

suite("what a program is told of the machine", { concurrency: 3 }, () => {
  test("nothing of it is the host's without a grant", async (t) => {
    const { stdout, stderr } = await run(t, { code: facts });
    const got = JSON.parse(stdout || "{}") as Facts;
    assert.equal(stderr, "");
    assert.deepEqual(
      [got.hostname, got.text, got.release, got.version, got.user.username, got.home],
      ["cordon", "cordon", "5.15.0", "#1 Cordon", "cordon", "/tmp"],
    );
    assert.deepEqual([got.memory, got.free, got.available], [8 * 1024 ** 3, 8 * 1024 ** 3, 8 * 1024 ** 3]);
    assert.deepEqual([got.load, got.parallel, got.cpus.length], [[0, 0, 0], 1, 1]);
    assert.deepEqual(Object.keys(got.interfaces), ["lo"]);
    assert.deepEqual([got.report.host, got.report.osRelease], ["cordon", "5.15.0"]);
    assert.equal(got.report.cpus.length, 1);
    assert.ok(got.uptime < 60 && got.clock < 60, `uptime ${got.uptime}, clock ${got.clock}`);
  });

  test("an ES module that names what it imports gets the same", async (t) => {
    const code = "import { hostname, release } from 'node:os'; console.log(hostname(), release());";
    const { stdout } = await run(t, { entry: "main.mjs", files: { "main.mjs": code } });
    assert.equal(stdout, "cordon 5.15.0\n");
  });

  test("the memory is what the limit leaves", async (t) => {
    const { stdout, stderr } = await run(t, {
      code: facts,
      flags: ["--limit-memory=256MB", "--accept=limits"],
    });
    assert.equal((JSON.parse(stdout) as Facts).memory, 256 * 1024 ** 2, stderr);
  });

  test("with a grant the host's own values arrive", async (t) => {
    const { stdout, stderr } = await run(t, { code: facts, flags: ["--allow-sys"] });
    const got = JSON.parse(stdout || "{}") as Facts;
    assert.equal(stderr, "");
    assert.deepEqual(
      [got.hostname, got.release, got.version, got.memory, got.parallel],
      [os.hostname(), os.release(), os.version(), os.totalmem(), os.availableParallelism()],
    );
    assert.equal(got.cpus.length, os.cpus().length);
    assert.equal(got.cpus[0]?.model, os.cpus()[0]?.model);
    assert.ok((got.cpus[0]?.times.idle ?? 0) > 0);
    assert.ok(Math.abs(got.uptime - os.uptime()) < 60);
    assert.ok(got.free > 0 && got.free < got.memory);
    assert.deepEqual(Object.keys(got.interfaces), Object.keys(os.networkInterfaces()));
    assert.equal(got.user.username, ownName());
    assert.equal(got.report.host, os.hostname());
  });

  test("one grant is no other", async (t) => {
    const { stdout } = await run(t, { code: facts, flags: ["--allow-sys=hostname"] });
    const got = JSON.parse(stdout) as Facts;
    assert.deepEqual([got.hostname, got.release, got.parallel], [os.hostname(), "5.15.0", 1]);
  });

  test("a denial inside a grant of everything holds", async (t) => {
    const { stdout } = await run(t, { code: facts, flags: ["--allow-sys", "--deny-sys=hostname,cpus"] });
    const got = JSON.parse(stdout) as Facts;
    assert.deepEqual([got.hostname, got.release, got.cpus.length], ["cordon", os.release(), 1]);
  });

  test("each wall but the runtime holds it by itself for child processes", async (t) => {
    const code = `
      const { execFileSync } = require('node:child_process');
      console.log(String(execFileSync('/usr/bin/uname', ['-nr'])).trim(), String(execFileSync('/usr/bin/nproc')).trim());
    `;
    const flags = ["--allow-run=/usr/bin/uname,/usr/bin/nproc"];
    const { stdout, stderr } = await run(t, { code, flags });
    assert.equal(stdout, "cordon 5.15.0 1\n", stderr);
    const kernel = await run(t, { code, flags, walls: ["filters", "runtime"] });
    assert.equal(kernel.stdout, "cordon 5.15.0 1\n", kernel.stderr);
    const granted = await run(t, { code, flags: [...flags, "--allow-sys=hostname,release"] });
    assert.equal(granted.stdout, `${os.hostname()} ${os.release()} 1\n`, granted.stderr);
  });

  test("changing the priority takes a grant, and goes one way", async (t) => {
    const code = `
      const os = require('node:os');
      const before = os.getPriority();
      try { os.setPriority(before + 1); console.log(os.getPriority() - before); } catch (error) { console.log(error.code, error.grant); }
      try { os.setPriority(before); console.log('raised'); } catch (error) { console.log(error.code); }
    `;
    const refused = await run(t, { code });
    assert.match(refused.stdout, /^ERR_ACCESS_DENIED --allow-sys=priority\n/);
    const granted = await run(t, { code, flags: ["--allow-sys=priority"] });
    assert.match(granted.stdout, /^1\nERR_SYSTEM_ERROR\n/, granted.stderr);
  });

  test("Node sizes its heap as on the machine itself", async (t) => {
    const code = "console.log(Math.round(require('node:v8').getHeapStatistics().heap_size_limit / 1048576))";
    const { stdout } = await run(t, { code });
    const { heap_size_limit: here } = process.getBuiltinModule("node:v8").getHeapStatistics();
    const host = Number(/^MemTotal:\s*(\d+)/m.exec(readFileSync("/proc/meminfo", "latin1"))?.[1]) / 1024;
    // Where the caller's own heap was set by a flag there is nothing to compare with but the machine.
    if (process.execArgv.length === 0) assert.equal(Number(stdout), Math.round(here / 1048576));
    assert.ok(Number(stdout) <= host);
  });
});
