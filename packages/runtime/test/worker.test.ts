// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runProgram, temporaryDirectory } from "./cell.ts";

/** What a worker says of itself: whether it may read what nobody granted, and whether Node's own model is there. */
const inside = `
  const said = {};
  try { said.read = require("node:fs").readFileSync("/etc/passwd", "utf8").length; } catch (error) { said.read = error.code; }
  try { said.binding = typeof process.binding("fs"); } catch (error) { said.binding = error.code; }
  said.model = process.permission?.has("fs.read", "/etc/passwd") ?? "gone";
  said.variable = process.env.NODE_OPTIONS ?? "none";
  require("node:worker_threads").parentPort.postMessage(said);
`;
const held = { read: "ERR_ACCESS_DENIED", binding: "ERR_ACCESS_DENIED", model: false, variable: "none" };

/** Options of a worker as program text, each meant to leave it with more than its parent has. */
const ways: Readonly<Record<string, string>> = {
  none: "{}",
  "no flags": "{ execArgv: [] }",
  "no variables": "{ execArgv: [], env: {} }",
  "the parent's variables": "{ execArgv: [], env: SHARE_ENV }",
  "flags in a variable": '{ env: { NODE_OPTIONS: "--allow-fs-read=*" } }',
  "flags against the model in a variable": '{ env: { NODE_OPTIONS: "--no-permission" } }',
  "flags in the parent's own variable": '(process.env.NODE_OPTIONS = "--allow-fs-read=*", {})',
  // The words of the preload's flag are there, and it would not be loaded.
  "words that look like the preload's": '{ execArgv: ["--require", EMPTY, "--conditions", PRELOAD] }',
  "a list that answers for itself":
    "{ execArgv: Object.assign([], { map: () => [], find: () => undefined, includes: () => true }) }",
  "a list that is another for each reader":
    "Object.defineProperty({ reads: 0 }, 'execArgv', { enumerable: true, get() { return this.reads++ ? ['--no-permission'] : []; } })",
  "a list on everybody's prototype":
    "(Object.defineProperty(Object.prototype, 'execArgv', { configurable: true, get() { return asked++ ? ['--no-permission'] : undefined; } }), {})",
  "an inherited list": "Object.create({ execArgv: [] })",
};
const refused: Readonly<Record<string, string>> = {
  reading: "--allow-fs-read=*",
  underscores: "--allow_fs_read=*",
  "the model": "--no-permission",
  "its older name": "--no-experimental_permission",
  addons: "--addons",
  "a debugger": "--inspect-port=0",
  internals: "--expose-internals",
  "a file of variables": "--env-file=x",
  "a file of flags": "--experimental-config-file=x",
  "a profile": "--cpu-prof",
};

test("a worker has the walls of its parent, whatever it is started with", async () => {
  await using directory = await temporaryDirectory();
  const empty = join(directory.path, "empty.cjs");
  await writeFile(empty, "");
  const cases = Object.entries(ways).map(
    ([name, options]) => `await say(${JSON.stringify(name)}, () => (${options}));`,
  );
  const source = `
    const { Worker, SHARE_ENV } = require("node:worker_threads");
    const PRELOAD = process.execArgv[process.execArgv.indexOf("--require") + 1], EMPTY = ${JSON.stringify(empty)};
    let asked = 0;
    async function say(name, make) {
      asked = 0;
      const said = await new Promise((resolve) => {
        try {
          new Worker(${JSON.stringify(inside)}, Object.defineProperty(make(), "eval", { value: true, enumerable: true }))
            .on("message", resolve).on("error", (error) => resolve(error.message));
        } catch (error) { resolve(error.message); }
      });
      delete Object.prototype.execArgv;
      delete process.env.NODE_OPTIONS;
      console.log(JSON.stringify([name, said]));
    }
    (async () => { ${cases.join("\n")} })();
  `;
  const { stdout, stderr } = await runProgram(directory.path, source, {
    grants: ["--allow-worker", `-R=${empty}`],
  });
  const said = stdout
    .split("\n")
    .filter((line) => line.startsWith("["))
    .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(
    said,
    Object.keys(ways).map((name) => [name, held]),
    stderr,
  );
});

test("a flag that would widen a worker's walls, or have Node write files, is refused by name", async () => {
  await using directory = await temporaryDirectory();
  const source = `
    const { Worker } = require("node:worker_threads");
    for (const flag of ${JSON.stringify(Object.values(refused))})
      try { new Worker("", { eval: true, execArgv: [flag] }); console.log("started", flag); }
      catch (error) { console.log(error.code, error.message.includes(flag)); }
  `;
  const { stdout } = await runProgram(directory.path, source, { grants: ["--allow-worker"] });
  assert.equal(stdout, "ERR_ACCESS_DENIED true\n".repeat(Object.keys(refused).length));
});

test("flags that widen nothing are a worker's own", async () => {
  await using directory = await temporaryDirectory();
  const source = `
    const { Worker } = require("node:worker_threads");
    const inside = 'require("node:worker_threads").parentPort.postMessage(process.execArgv.slice(-2).join(" "))';
    new Worker(inside, { eval: true, execArgv: ["--conditions", "mine"] }).on("message", (said) => console.log(said));
  `;
  const { stdout, stderr } = await runProgram(directory.path, source, { grants: ["--allow-worker"] });
  assert.equal(stdout, "--conditions mine\n", stderr);
});
