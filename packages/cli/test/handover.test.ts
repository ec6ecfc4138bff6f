// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { cordonRun, ownDirectory, users } from "./support/users.ts";

const cordon = join(import.meta.dirname, "../bin/cordon.js");

/** A program that lives until it is told to end, once it has said its first line. */
async function startRun(
  t: TestContext,
  script: string,
  flags: readonly string[] = [],
): Promise<{ child: ChildProcess; lines: AsyncIterator<string>; exited: Promise<unknown[]> }> {
  const directory = ownDirectory(t, users[0] ?? "ordinary", { "main.js": script });
  const child = spawn(process.execPath, [cordon, "run", ...flags, join(directory, "main.js")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CORDON_TEST_SECRET: "callers-own" },
  });
  t.after(() => child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return { child, lines, exited };
}

const LIVES =
  "process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000); console.log('there');";

test("the command becomes the supervisor, and nothing of its environment stays in memory", async (t) => {
  const { child, exited } = await startRun(t, LIVES);
  assert.equal(readFileSync(`/proc/${child.pid}/comm`, "utf8"), "cordon-jail\n");
  assert.doesNotMatch(readFileSync(`/proc/${child.pid}/environ`, "latin1"), /[^\0]/);
  child.kill("SIGTERM");
  assert.deepEqual(await exited, [7, null]);
});

test("a program that is stopped by the terminal goes on when the command does", async (t) => {
  const { child, lines, exited } = await startRun(
    t,
    "process.on('SIGCONT', () => console.log('on')); setInterval(() => {}, 1000); console.log('there');",
  );
  const pid = Number(/\d+/.exec(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"))?.[0]);
  const program = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));
  const stateOf = (of: number | undefined): string =>
    / ([A-Z]) /.exec(readFileSync(`/proc/${of}/stat`, "utf8"))?.[1] ?? "";
  child.kill("SIGTSTP");
  // The test's own deadline ends this where either goes on.
  while (stateOf(child.pid) !== "T" || stateOf(program) !== "T") await new Promise(setImmediate);
  child.kill("SIGCONT");
  assert.equal((await lines.next()).value, "on");
  child.kill("SIGINT");
  assert.deepEqual(await exited, [130, null]);
});

for (const user of users) {
  test(`${user}: a drop calls the command back, and its walls stand without the namespaces too`, (t) => {
    const directory = ownDirectory(t, user, {
      "main.js": `
        process.permission.drop("net.connect");
        require("node:net").connect(9, "127.0.0.1").on("error", ({ code }) => console.log(code));`,
    });
    // Without the namespaces' wall root's cell has a user of its own.
    chmodSync(directory, 0o755);
    for (const walls of ["namespaces,filters,runtime", "filters,runtime"]) {
      const { stdout, stderr, status } = cordonRun(user, directory, [
        `--walls=${walls}`,
        "--allow-net",
        "main.js",
      ]);
      assert.equal(status, 0, stderr);
      assert.equal(stdout, "ERR_ACCESS_DENIED\n", walls);
    }
  });

  test(`${user}: a plan that execve would not take is given to a supervisor of its own`, (t) => {
    const directory = ownDirectory(t, user, {
      "main.js": "console.log(process.env.LONG.length, process.ppid)",
    });
    const long = { LONG: "x".repeat(120 * 1024) };
    const { stdout, stderr, status } = cordonRun(user, directory, ["--allow-env=LONG", "main.js"], long);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^122880 1$/m);
  });
}
