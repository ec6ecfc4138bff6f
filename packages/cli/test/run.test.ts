// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";

const command = join(import.meta.dirname, "../bin/cordon.js");
const behave = join(import.meta.dirname, "fixtures/behave.cjs");
const DEADLINE_MS = 20_000;

function cordon(args: readonly string[], input = "") {
  return spawnSync(process.execPath, [command, "run", ...args], {
    encoding: "utf8",
    input,
    timeout: DEADLINE_MS,
  });
}

test("the exit code is the program's", () => {
  assert.equal(cordon([behave, "exit", "0"]).status, 0);
  assert.equal(cordon([behave, "exit", "7"]).status, 7);
});

test("a program that a signal ended gives 128 + n", () => {
  assert.equal(cordon([behave, "abort"]).status, 128 + 6);
});

test("what cannot be run gives 127, 126 or 125, and says what to do", () => {
  const missing = cordon(["./nothing.js"]);
  assert.equal(missing.status, 127);
  assert.match(missing.stderr, /Expected a program, got `\.\/nothing\.js`.*\n {2}Correct the name/);
  const flag = cordon(["--allow-fs-raed=.", behave]);
  assert.equal(flag.status, 125);
  assert.match(flag.stderr, /Did you mean --allow-fs-read\?/);
  const path = cordon(["--allow-fs-read=/does/not/exist", behave, "exit", "0"]);
  assert.equal(path.status, 125);
  assert.match(path.stderr, /--allow-fs-read=\/does\/not\/exist/);
  assert.equal(cordon([]).status, 125);
});

test("stdin, stdout and stderr are the program's, and nothing of ours is among them", () => {
  const { status, stdout, stderr } = cordon([behave, "echo"], "a line\nand half of one");
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "a line\nand half of one", stderr: "" });
});

test("what follows the program's name is the program's, and it starts in the directory that we were in", () => {
  const { stdout } = cordon([behave, "arguments", "--policy=x", "-R", ""]);
  assert.deepEqual(JSON.parse(stdout), {
    args: ["--policy=x", "-R", ""],
    directory: process.cwd(),
    title: behave,
  });
});

test("a wall that is taken away is warned about; the program still runs", () => {
  const { status, stderr } = cordon(["--walls=-runtime", behave, "exit", "3"]);
  assert.equal(status, 3);
  assert.match(stderr, /^cordon: warning: without the wall runtime/);
});

test("--verbose sums up the refusals that the program kept to itself", () => {
  const { stderr } = cordon(["--verbose", behave, "connectSilently"]);
  assert.match(
    stderr,
    /cordon: refused net\.connect tcp:\/\/192\.0\.2\.1:80; allow with --allow-net=192\.0\.2\.1:80/,
  );
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"] as const) {
  test(`${signal} reaches the program`, { timeout: DEADLINE_MS }, async () => {
    const child = spawn(process.execPath, [command, "run", behave, "wait", signal, "9"], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: DEADLINE_MS,
    });
    await once(child.stdout, "data");
    child.stdout.resume();
    child.kill(signal);
    assert.deepEqual(await once(child, "close"), [9, null]);
  });
}

test("a program does not outlive the command, even if the command is killed", {
  timeout: DEADLINE_MS,
}, async () => {
  const child = spawn(process.execPath, [command, "run", behave, "wait", "SIGTERM", "9"], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: DEADLINE_MS,
  });
  await once(child.stdout, "data");
  const closed = once(child.stdout.resume(), "close");
  child.kill("SIGKILL");
  // The pipe closes when the last process that holds its other end is gone.
  await closed;
});
