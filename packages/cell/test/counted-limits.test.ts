// SPDX-License-Identifier: Apache-2.0
// Limits that are counted for the cell as a whole, on whatever ground this host has: cgroup v2, v1 or none.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { suite, test } from "node:test";
import { isCordonError } from "@cordon/policy";
import { probeHost } from "@cordon/walls";
import type { Cell, CellLimit } from "../src/index.ts";
import { outcomeOf, run, start } from "./support/cells.ts";

const { controllers } = (await probeHost()).cgroups;

/** The limits that a cell tells of, as they come. */
function limitsOf(cell: Cell): CellLimit[] {
  const told: CellLimit[] = [];
  cell.on("limit", (met) => told.push(met));
  return told;
}

const spin = (milliseconds: number): string =>
  `const end = process.cpuUsage().user + ${milliseconds * 1000}; while (process.cpuUsage().user < end);`;

suite("limits of a cell as a whole", { concurrency: 2 }, () => {
  test("processor time ends the cell, with what it came to; without the limit the same ends well", async (t) => {
    const flags = ["--limit-cpu-time=300ms", "--accept=limits"];
    const cell = await start(t, { code: "for (;;);", flags });
    const told = limitsOf(cell);
    const { limit, error, exitCode } = await cell.exited;
    assert.equal(exitCode, 137);
    assert.equal(limit, "cpuTime");
    assert.match(error?.message ?? "", /`cpuTime` of 300ms ended the program( at .*)?: it came to \d/);
    assert.equal(told.length, 1);
    assert.equal(told[0]?.effect, "ended");
    assert.equal(told[0]?.by, controllers.cpuacct === undefined ? "watch" : "cgroup");
    assert.ok(Number(told[0]?.peak) >= 300 && Number(told[0]?.peak) < 5000, String(told[0]?.peak));
    const free = await run(t, { code: spin(400) });
    assert.equal(free.exit.exitCode, 0);
  });

  test("processor time is counted over all of a cell's processes, those that have ended too", async (t) => {
    const code = `
      const { spawnSync } = require('node:child_process');
      for (let i = 0; i < 40; i++) spawnSync(process.execPath, ['-e', ${JSON.stringify(spin(50))}]);
    `;
    const { exit } = await run(t, {
      code,
      flags: ["--allow-child-process", "--limit-cpu-time=1s", "--accept=limits"],
    });
    assert.equal(exit.limit, "cpuTime");
  });

  test("time that a cell waits is no processor time", async (t) => {
    const { exit } = await run(t, {
      code: "setTimeout(() => {}, 1200)",
      flags: ["--limit-cpu-time=1s", "--accept=limits"],
    });
    assert.equal(exit.exitCode, 0);
  });

  test("a share of the processors slows the cell down, or is refused where nothing holds it", async (t) => {
    const code = "const end = Date.now() + 1500; while (Date.now() < end);";
    if (controllers.cpu === undefined) {
      await assert.rejects(start(t, { code, flags: ["--limit-cpu=0.2", "--accept=limits"] }), {
        code: "ERR_LIMIT_UNENFORCEABLE",
      });
      return;
    }
    const cell = await start(t, { code, flags: ["--limit-cpu=0.2"] });
    const told = limitsOf(cell);
    const { exitCode, limit } = await cell.exited;
    assert.equal(exitCode, 0);
    assert.equal(limit, undefined);
    assert.equal(told[0]?.limit, "cpu");
    assert.equal(told[0]?.effect, "slowed");
    assert.equal(told[0]?.value, 0.2);
    const { cpuTime, throttledTime } = await cell.usage();
    assert.ok(cpuTime < 900, String(cpuTime));
    assert.ok(throttledTime > 100, String(throttledTime));
    const free = await start(t, { code, flags: ["--limit-cpu-time=1m", "--accept=limits"] });
    await free.exited;
    assert.equal((await free.usage()).throttledTime, 0);
  });

  test("a weight is set for the cell: its cgroup's, or its niceness", async (t) => {
    const flags = ["--limit-cpu-weight=50", "--accept=limits"];
    const cell = await start(t, { code: "setInterval(() => {}, 1000)", flags });
    if (controllers.cpu === undefined) {
      const stat = readFileSync(`/proc/${cell.pid}/stat`, "latin1");
      assert.equal(Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]), 3);
      return;
    }
    const set = cell.plan.cgroup.steps.flatMap((step) =>
      step.step === "set" && /cpu\.(weight|shares)$/.test(step.file) ? [step.file] : [],
    );
    assert.equal(set.length, 1);
    const [file = ""] = set;
    assert.equal(Number(readFileSync(file, "utf8")), file.endsWith("weight") ? 50 : 512);
  });

  test("its turns on a busy processor are the shortest, where the kernel knows such (Linux 6.12)", async (t) => {
    const cell = await start(t, { code: "setInterval(() => {}, 1000)" });
    const turnsOf = (pid: number): string | undefined =>
      /^se\.slice\s*:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/sched`, "latin1"))?.[1];
    const [major = 0, minor = 0] = release().split(".").map(Number);
    const isNew = major > 6 || (major === 6 && minor >= 12);
    assert.equal(turnsOf(cell.pid), isNew ? "100000" : turnsOf(process.pid));
  });

  test("swap is bounded in the kernel, where it counts it", async (t) => {
    if (controllers.memory === undefined) {
      const flags = ["--limit-memory=128MB", "--limit-swap=64MB"];
      await assert.rejects(start(t, { code: "", flags }), { code: "ERR_LIMIT_UNENFORCEABLE" });
      return;
    }
    const cell = await start(t, {
      code: "setInterval(() => {}, 1000)",
      flags: ["--limit-memory=128MB", "--limit-swap=64MB"],
    });
    const [file = ""] = cell.plan.cgroup.steps.flatMap((step) =>
      step.step === "set" && /swap\.max$|memsw/.test(step.file) ? [step.file] : [],
    );
    const bytes = Number(readFileSync(file, "utf8"));
    assert.equal(bytes, (file.includes("memsw") ? 192 : 64) * 1024 * 1024);
    const { swap, peakSwap } = await cell.usage();
    assert.ok(swap >= 0 && peakSwap >= swap);
  });

  test("a refusal to fork is told, with the limit and how often; the cell goes on", async (t) => {
    if (controllers.pids === undefined) return; // RLIMIT_NPROC refuses without a word: limits.test.ts has the refusal
    const code = `
      const { spawn } = require('node:child_process');
      for (let i = 0; i < 60; i++) spawn('/bin/sleep', ['100']).on('error', () => {});
      setTimeout(() => process.exit(0), 200);
    `;
    const cell = await start(t, { code, flags: ["--allow-run=/bin/sleep", "--limit-processes=40"] });
    const told = limitsOf(cell);
    const { exitCode, limit, error } = await cell.exited;
    assert.equal(exitCode, 0);
    assert.equal(limit, undefined);
    assert.equal(error, undefined);
    const met = told.find((each) => each.limit === "processes" && each.by === "cgroup");
    assert.equal(met?.effect, "refused");
    assert.equal(met.value, 40);
    assert.equal(met.peak, 40);
    assert.ok(met.count >= 1 && met.count <= 60, String(met.count));
    assert.equal((await cell.usage()).peakProcesses, 40);
  });

  test("memory that one of its processes lacks ends the cell as a whole", async (t) => {
    const code = `
      const { spawn } = require('node:child_process');
      if (process.argv[2]) { const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 1); }
      else { spawn(process.execPath, [__filename, 'child'], { stdio: 'ignore' }); setInterval(() => {}, 1000); }
    `;
    const { exit } = await run(t, {
      code,
      flags: ["--allow-child-process", "--limit-memory=256MB", "--accept=limits"],
    });
    assert.equal(exit.signal, "SIGKILL");
    assert.equal(exit.limit, "memory");
    assert.ok(isCordonError(exit.error, "ERR_LIMIT_EXCEEDED"));
    const { value = 0, peak = 0 } = exit.error.details;
    assert.equal(value, 256 * 1024 * 1024);
    assert.ok(peak > value * 0.8, String(peak));
  });

  test("a full heap is told from a crash, and from a kill for want of memory", async (t) => {
    const grow = "const kept = []; for (;;) kept.push(new Array(1000).fill({}).map(() => ({ kept })));";
    const heap = await start(t, { code: grow, flags: ["--limit-memory=192MB", "--accept=limits"] });
    const told = limitsOf(heap);
    const { exit } = await outcomeOf(heap);
    assert.equal(exit.signal, "SIGABRT");
    assert.equal(exit.limit, "memory");
    assert.equal(told[0]?.by, "heap");
    for (const [code, signal] of [
      ["process.abort()", "SIGABRT"],
      ["process.kill(process.pid, 'SIGSEGV')", "SIGSEGV"],
    ] as const) {
      const crash = await run(t, { code, flags: ["--limit-memory=192MB", "--accept=limits"] });
      assert.equal(crash.exit.signal, signal);
      assert.equal(crash.exit.limit, undefined);
      assert.ok(isCordonError(crash.exit.error, "ERR_CRASHED"), String(crash.exit.error));
    }
    const asked = await run(t, { code: "process.kill(process.pid, 'SIGTERM')" });
    assert.equal(asked.exit.error, undefined);
  });

  test("what a cell uses is counted over all of its processes, and known after its end", async (t) => {
    const code = `
      const { spawnSync } = require('node:child_process');
      spawnSync(process.execPath, ['-e', ${JSON.stringify(spin(200))}]);
      console.log('idle');
      process.stdin.resume();
    `;
    const flags = ["--allow-child-process", "--limit-memory=1GB", "--limit-processes=64", "--accept=limits"];
    const cell = await start(t, { code, flags });
    await once(cell.stdout ?? cell, "data");
    const now = await cell.usage();
    assert.ok(now.cpuTime >= 200 && now.cpuTime < 60_000, String(now.cpuTime));
    const parts = now.userTime + now.systemTime;
    assert.ok(Math.abs(parts - now.cpuTime) <= now.cpuTime / 5, `${parts} of ${now.cpuTime}`);
    assert.ok(now.processes >= 1 && now.peakProcesses >= now.processes && now.peakProcesses <= 64);
    assert.ok(now.peakMemory >= now.memory && now.memory > 1_000_000, String(now.memory));
    cell.stdin?.end();
    await cell.exited;
    const then = await cell.usage();
    assert.ok(then.cpuTime >= now.cpuTime && then.peakMemory >= now.peakMemory);
    for (const step of cell.plan.cgroup.steps)
      if (step.step === "make") assert.ok(!existsSync(step.directory), step.directory);
  });
});
