// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { directoryWith, outcomeOf, start } from "./support/cells.ts";
import { descendantsOf, isRunning, parentOf, until } from "./support/processes.ts";

const host = join(import.meta.dirname, "programs/host.ts");
const idle = "setInterval(() => {}, 1000)";
const wallsOf = [
  ["namespaces", "filters", "runtime"],
  ["filters", "runtime"],
] as const;

suite("whoever dies, nothing of a cell is left", { concurrency: 2 }, () => {
  test("a host that is killed takes its cells with it", async (t) => {
    const root = directoryWith(t, { "main.js": `process.on('SIGTERM', () => {}); ${idle}` });
    const process_ = spawn(process.execPath, [host, "ignore", join(root, "main.js")]);
    t.after(() => process_.kill("SIGKILL"));
    const [line] = (await once(process_.stdout, "data")) as [Buffer];
    const pid = Number(/^cell (\d+)$/m.exec(line.toString())?.[1]);
    assert.ok(process_.pid !== undefined);
    const below = descendantsOf(process_.pid);
    assert.ok(below.includes(pid) && below.length >= 3, "the supervisor, the init and the program");
    process_.kill("SIGKILL");
    await until("the cell's processes are gone", () => !below.some(isRunning));
  });

  test("a supervisor that is held up does not keep a cell from being stopped", async (t) => {
    const cell = await start(t, { code: `process.on('SIGTERM', () => {}); ${idle}` });
    const supervisor = parentOf(parentOf(cell.pid));
    const below = descendantsOf(supervisor);
    process.kill(supervisor, "SIGSTOP");
    assert.equal((await cell.stop({ grace: 0 })).signal, "SIGKILL");
    await until("the cell's processes are gone", () => !below.some(isRunning));
  });

  for (const walls of wallsOf) {
    test(`a supervisor that is killed takes its cell with it, under ${walls.join(", ")}`, async (t) => {
      const code = `
        process.on('SIGTERM', () => {});
        require('node:child_process').spawn(process.execPath, ['-e', '${idle}'], { detached: true, stdio: 'ignore' });
        console.log('on'); ${idle}
      `;
      const cell = await start(t, {
        code,
        walls,
        flags: ["--allow-child-process", "--limit-memory=1GB", "--accept=limits"],
      });
      assert.ok(cell.stdout);
      await once(cell.stdout, "data");
      const supervisor = parentOf(parentOf(cell.pid));
      assert.equal(parentOf(supervisor), process.pid);
      const below = descendantsOf(supervisor);
      assert.equal(below.length, 3);
      process.kill(supervisor, "SIGKILL");
      const exit = await cell.exited;
      assert.deepEqual(exit, { code: null, signal: "SIGKILL", exitCode: 137 });
      await until("the cell's processes are gone", () => !below.some(isRunning));
      const made = cell.plan.cgroup.steps.flatMap((step) => (step.step === "make" ? [step.directory] : []));
      for (const directory of made) assert.ok(!existsSync(directory), directory);
    });

    test(`a daemon is gone when the run ends, under ${walls.join(", ")}`, async (t) => {
      const root = directoryWith(t, { "daemon.c": daemon });
      const built = spawnSync("cc", ["-o", join(root, "daemon"), join(root, "daemon.c")], {
        encoding: "utf8",
      });
      assert.equal(built.status, 0, built.stderr);
      const code = `
        const { spawnSync } = require('node:child_process');
        const { stdout, error } = spawnSync(${JSON.stringify(join(root, "daemon"))});
        console.log(error ? error.message : String(stdout).trim());
        process.stdin.on('data', () => process.exit(0));
      `;
      const cell = await start(t, { code, walls, flags: [`--allow-run=${root}/daemon`] });
      assert.ok(cell.stdout);
      const [said] = (await once(cell.stdout, "data")) as [Buffer];
      assert.match(said.toString(), /^away\n$/);
      const supervisor = parentOf(parentOf(cell.pid));
      await until("the daemon has let go of its parents", () => descendantsOf(supervisor).length === 3);
      const below = descendantsOf(supervisor);
      const [away] = below.filter((pid) => pid !== cell.pid && pid !== parentOf(cell.pid));
      assert.equal(parentOf(Number(away)), parentOf(cell.pid), "the cell's init has it now");
      cell.stdin?.write("end");
      assert.equal((await cell.exited).code, 0);
      await until("the daemon is gone", () => !below.some(isRunning));
    });
  }
});

// By itself: what it counts, another test would change.
test("fifty cells leave no descriptors, processes, cgroups or mounts behind", async (t) => {
  const count = (): Readonly<Record<string, number>> => ({
    descriptors: readdirSync("/proc/self/fd").length,
    processes: descendantsOf(process.pid).length,
    mounts: readFileSync("/proc/self/mountinfo", "utf8").split("\n").length,
  });
  const flags = [
    "--limit-memory=512MB",
    "--limit-processes=64",
    "--accept=limits",
    "--allow-net=127.0.0.1:1",
  ];
  const cgroups: string[] = [];
  const few = async (number: number): Promise<void> => {
    const all = Array.from({ length: number }, async (_, index) => {
      const cell = await start(t, { code: "console.log('x')", flags });
      cgroups.push(
        ...cell.plan.cgroup.steps.flatMap((step) => (step.step === "make" ? [step.directory] : [])),
      );
      if (index % 3 === 0) return await cell.stop({ grace: 0 });
      cell.stdin?.end();
      return (await outcomeOf(cell)).exit;
    });
    await Promise.all(all);
  };
  // The first ones open what a process opens once.
  await few(2);
  const before = count();
  for (let round = 0; round < 10; round++) await few(5);
  await until("no process is left", () => count()["processes"] === before["processes"]);
  assert.deepEqual(count(), before);
  assert.deepEqual(cgroups.filter(existsSync), []);
});

// Leaves its parent twice, and the session, as daemon(7) tells it.
const daemon = `
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  if (fork() > 0) { puts("away"); return 0; }
  setsid();
  if (fork() > 0) _exit(0);
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  for (;;) pause();
}
`;
