// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { isCordonError } from "@cordon/policy";
import type { Cell } from "../src/index.ts";
import { outcomeOf, run, start } from "./support/cells.ts";

const FILES = { "a.txt": "A", "sub/b.txt": "B" };

/** A program that answers each line on its input: the path's text, or the code of the error. */
const ANSWERING = `
  const fs = require("node:fs");
  const { spawnSync } = require("node:child_process");
  require("node:readline").createInterface(process.stdin).on("line", (line) => {
    const [how, path] = line.split(" ");
    try {
      if (how === "cat") console.log("=" + spawnSync("/bin/cat", [path], { encoding: "utf8" }).stdout);
      else console.log(fs.readFileSync(path, "utf8"));
    } catch (error) { console.log(error.code); }
  });`;

function asker(cell: Cell): (line: string) => Promise<string> {
  assert.ok(cell.stdout !== null);
  const answers = createInterface(cell.stdout)[Symbol.asyncIterator]();
  return async (line) => {
    cell.stdin?.write(`${line}\n`);
    return ((await answers.next()) as IteratorResult<string, string>).value;
  };
}

function mountsOf(cell: Cell): number {
  return readFileSync(`/proc/${cell.pid}/mountinfo`, "utf8").trim().split("\n").length;
}

test("the host takes something away from a running program", async (t) => {
  const cell = await start(t, {
    code: ANSWERING,
    files: FILES,
    flags: ["--allow-read={root}", "--allow-run=/bin/cat"],
  });
  const ask = asker(cell);
  assert.equal(await ask("read a.txt"), "A");
  await cell.drop("fs.read", "a.txt");
  assert.equal(await ask("read a.txt"), "EACCES");
  assert.equal(await ask("cat a.txt"), "=");
  assert.equal(await ask("cat sub/b.txt"), "=B");
  await cell.drop("fs");
  assert.equal(await ask("cat sub/b.txt"), "=");
  await cell.drop("child");
  assert.match(await ask("cat sub/b.txt"), /^E|^=/);
});

test("what cannot be taken away is an error, and is asked again", async (t) => {
  const cell = await start(t, { code: ANSWERING, files: FILES, flags: ["--allow-read={root}"] });
  for (let times = 0; times < 2; times++) {
    await assert.rejects(cell.drop("fs.read", "missing"), (error) =>
      isCordonError(error, "ERR_DROP_NOT_HELD"),
    );
  }
  await assert.rejects(cell.drop("no-such-scope"), (error) => isCordonError(error, "ERR_DROP_INVALID"));
  await assert.rejects(cell.drop("net.connect", "http://x"), (error) =>
    isCordonError(error, "ERR_DROP_INVALID"),
  );
  await cell.stop({ grace: 0 });
  await assert.rejects(cell.drop("fs.read"), (error) => isCordonError(error, "ERR_DROP_NOT_HELD"));
});

test("a process that works inside of what is taken away keeps the drop from being reported done", async (t) => {
  const code = `
    const { spawn } = require("node:child_process");
    const child = spawn("/bin/cat", [], { cwd: "sub", stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.write("up");
    child.stdout.once("data", () => {
      let code = "done";
      try { process.permission.drop("fs.read", "sub"); } catch (error) { code = error.code + error.message.includes("works in a directory"); }
      child.kill();
      console.log(code);
      process.exit();
    });`;
  const flags = ["--allow-read={root}", "--allow-run=/bin/cat"];
  const { stdout, stderr } = await run(t, { code, files: FILES, flags });
  assert.equal(stdout, "ERR_DROP_NOT_HELDtrue\n", stderr);
});

test("drops leave no processes, and few mounts", async (t) => {
  const cell = await start(t, { code: ANSWERING, files: FILES, flags: ["--allow-read={root}"] });
  const ask = asker(cell);
  await ask("read a.txt");
  const before = mountsOf(cell);
  const host = readFileSync("/proc/self/mountinfo", "utf8");
  await cell.drop("fs.read", "a.txt");
  await cell.drop("fs.read", "sub");
  for (let times = 0; times < 20; times++) await cell.drop("fs.read", "sub");
  assert.equal(mountsOf(cell), before + 2);
  assert.equal(readFileSync("/proc/self/mountinfo", "utf8"), host);
  const children = readFileSync(`/proc/${cell.pid}/task/${cell.pid}/children`, "utf8");
  assert.equal(children, "");
  await cell.drop("fs.read");
  // The working directory's mount has been exchanged, and took its covers along; one more lies over the cell's own /tmp.
  assert.equal(mountsOf(cell), before + 1);
});

test("lines written by hand narrow the program that writes them, and nothing else", async (t) => {
  const code = `
    const fs = require("node:fs");
    const write = (line) => { try { fs.writeSync(3, line + "\\n"); } catch {} };
    fs.readFileSync("a.txt");
    for (const line of [
      "drop", "drop x fs.read", "drop 0 fs.read", "drop 1", "drop 1 ../../x", "drop 2 fs.read %", "drop 3 fs.read %00",
      "drop 4 fs.read \\"}\\\\", "drop 5 net.connect %0a", "drop 99999999999 fs.read", "drop 6 toString x",
      "drop 7 " + "a".repeat(9000), "drop 8 fs.read " + "a".repeat(9000), "narrow hide /", "done 1 1", "\\0drop 9 fs.read",
    ]) write(line);
    console.log(fs.readFileSync("a.txt", "utf8"));
    for (let times = 0; times < 3000; times++) write("drop " + (times + 10) + " fs.read /nowhere/" + times);
    process.permission.drop("fs.read", "sub");
    console.log(process.permission.has("fs.read", "sub/b.txt"), fs.readFileSync("a.txt", "utf8"));`;
  const cell = await start(t, { code, files: FILES, flags: ["--allow-read={root}"] });
  const outcome = await outcomeOf(cell);
  assert.equal(outcome.stdout, "A\nfalse A\n", outcome.stderr);
  assert.equal(outcome.exit.exitCode, 0);
});

test("an app that is served gives up listening", async (t) => {
  const code = `
    const net = require("node:net");
    const listen = () => new Promise((resolve) => {
      const server = net.createServer().on("error", ({ code }) => resolve(code));
      server.listen(8080, "127.0.0.1", () => { server.close(); resolve("listens"); });
    });
    (async () => {
      const before = [process.permission.has("net.listen"), await listen()];
      process.permission.drop("net.listen");
      console.log(JSON.stringify([...before, process.permission.has("net.listen"), await listen()]));
      process.exit();
    })();`;
  const cell = await start(t, { code, mode: "serve" });
  const { stdout, stderr } = await outcomeOf(cell);
  assert.deepEqual(JSON.parse(stdout), [true, "listens", false, "ERR_ACCESS_DENIED"], stderr);
});

test("what a program writes on the runtime's report does not end the host, however long and in whichever characters", async (t) => {
  // To write half a character as a URI component throws, where nobody would catch it.
  const code = `
    const { writeSync, readSync } = require("node:fs");
    const answer = Buffer.alloc(2000);
    for (let length = 0; length < 8; length++)
      for (const scope of ["sys", "net.connect"]) {
        const reference = encodeURIComponent("x".repeat(length) + "😀".repeat(250));
        writeSync(3, "drop " + (length * 2 + 1) + " " + scope + " " + reference + "\\n");
        for (;;) {
          try { console.log(answer.toString("latin1", 0, readSync(4, answer)).split("%")[0]); break; }
          catch (error) { if (error.code !== "EAGAIN") throw error; }
        }
      }`;
  const { stdout, stderr, exit } = await run(t, { code });
  assert.match(stdout, /^(?:\d+ (?:sys|net\.connect)\n){16}$/, stderr);
  assert.equal(exit.code, 0);
});
