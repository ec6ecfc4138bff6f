// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { suite, test } from "node:test";
import { probeHost } from "@cordon/walls";
import { run, start } from "./support/cells.ts";
import { until } from "./support/processes.ts";

const { cgroups } = await probeHost();
const hasMemory = cgroups.controllers.memory !== undefined;
const devour = `
  const kept = [];
  setInterval(() => { kept.push(Buffer.alloc(8 << 20, 1)); }, 1);
`;

suite("limits", { concurrency: 3 }, () => {
  test("wall time ends the cell, however busy it is", async (t) => {
    const started = performance.now();
    const { exit, limits } = await run(t, { code: "for (;;);", flags: ["--limit-wall-time=300ms"] });
    const { error, ...how } = exit;
    assert.deepEqual(how, { code: null, signal: "SIGKILL", exitCode: 137, limit: "wallTime" });
    assert.match(error?.message ?? "", /`wallTime` of 300ms ended the program.*: it came to 300ms/);
    assert.deepEqual(limits, ["wallTime"]);
    assert.ok(performance.now() - started >= 300);
  });

  test("memory beyond the limit ends the cell: by a cgroup, or by the supervisor's own watch", async (t) => {
    const { exit, limits } = await run(t, {
      code: devour,
      flags: ["--limit-memory=128MB", "--accept=limits"],
    });
    assert.equal(exit.exitCode, 137);
    assert.equal(exit.limit, "memory");
    assert.deepEqual(limits, ["memory"]);
  });

  test("memory is counted over all of a cell's processes", async (t) => {
    const code = `
      const { spawn } = require('node:child_process');
      if (process.argv[2]) { ${devour} }
      else {
        spawn(process.execPath, [__filename, 'child'], { stdio: 'inherit' }).on('exit', (code, signal) => {
          console.log(code, signal);
          process.exit(1);
        });
        setInterval(() => {}, 1000);
      }
    `;
    const { limits, exit } = await run(t, {
      code,
      flags: ["--allow-child-process", "--limit-memory=192MB", "--accept=limits"],
    });
    assert.deepEqual(limits, ["memory"]);
    assert.notEqual(exit.exitCode, 0);
  });

  test("the heap ends in an error of V8's where JavaScript alone has grown it", async (t) => {
    const { exit, stderr } = await run(t, {
      code: "const kept = []; for (;;) kept.push(new Array(1000).fill({}).map(() => ({ kept })));",
      flags: ["--limit-memory=256MB", "--accept=limits"],
    });
    assert.equal(exit.signal, "SIGABRT");
    assert.match(stderr, /heap out of memory/);
  });

  test("processes beyond the limit cannot be started, and the host does not notice", async (t) => {
    const code = `
      const { spawn } = require('node:child_process');
      const all = [];
      let failed;
      for (let index = 0; index < 60 && !failed; index++) {
        const child = spawn('/bin/sleep', ['100']);
        child.on('error', ({ code }) => { failed ??= code; });
        all.push(child);
      }
      setTimeout(() => {
        console.log(failed, all.filter(({ pid }) => pid !== undefined).length);
        process.exit(0);
      }, 200);
    `;
    const { stdout } = await run(t, { code, flags: ["--allow-run=/bin/sleep", "--limit-processes=40"] });
    const [, code_, count] = /^(\w+) (\d+)$/m.exec(stdout) ?? [];
    assert.equal(code_, "EAGAIN", stdout);
    assert.ok(Number(count) > 5 && Number(count) < 40, stdout);
  });

  test("descriptors beyond the limit cannot be opened", async (t) => {
    const code = `
      const { openSync } = require('node:fs');
      try { for (;;) openSync(__filename); } catch (error) { console.log(error.code); }
    `;
    const { stdout } = await run(t, { code, flags: ["--limit-open-files=64"] });
    assert.equal(stdout, "EMFILE\n");
  });

  test("the private /tmp holds what it may and no more, and the host sees none of it", async (t) => {
    const code = `
      const { writeFileSync } = require('node:fs');
      writeFileSync('/tmp/cordon-small', 'x');
      try { writeFileSync('/tmp/large', Buffer.alloc(2 << 20)); } catch (error) { console.log(error.code); }
    `;
    const { stdout } = await run(t, { code, flags: ["--allow-fs-write=/tmp", "--limit-scratch=1MB"] });
    assert.equal(stdout, "ENOSPC\n");
    assert.ok(!existsSync("/tmp/cordon-small"));
  });

  test("what a cell uses can be asked while it runs", async (t) => {
    const code =
      "while (process.cpuUsage().user < 200_000); console.log('idle'); setInterval(() => {}, 1000)";
    const flags = hasMemory ? ["--limit-memory=512MB", "--limit-processes=64"] : [];
    const cell = await start(t, { code, flags });
    await new Promise((resolve) => cell.stdout?.once("data", resolve));
    const { memory, peakMemory, processes, cpuTime } = await cell.usage();
    assert.ok(memory > 1_000_000 && memory < 512_000_000, String(memory));
    assert.ok(peakMemory >= memory / 2, String(peakMemory));
    assert.ok(processes >= 1 && processes <= 64, String(processes));
    assert.ok(cpuTime >= 150 && cpuTime < 10_000, String(cpuTime));
  });

  test("the cgroups of a cell end with it", async (t) => {
    const cell = await start(t, {
      code: "setInterval(() => {}, 1000)",
      flags: ["--limit-memory=512MB", "--accept=limits", "--limit-processes=64"],
    });
    const made = cell.plan.cgroup.steps.flatMap((step) => (step.step === "make" ? [step.directory] : []));
    for (const directory of made) assert.ok(existsSync(directory), directory);
    await cell.stop({ grace: 0 });
    await until("the cgroups are gone", () => made.every((directory) => !existsSync(directory)));
  });
});
