// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { installVersions } from "../../../attacks/harness/versions.ts";
import type { CellLimit } from "../src/index.ts";
import { outcomeOf, type Setting, start } from "./support/cells.ts";

installVersions();
const versions = join(import.meta.dirname, "../../../attacks/versions/node_modules");

/** Ends a program by the clock, and gives what the limit says of where it was. */
async function whereOf(t: TestContext, setting: Setting): Promise<CellLimit["at"]> {
  const cell = await start(t, { flags: ["--limit-wall-time=1500ms"], ...setting });
  let at: CellLimit["at"];
  cell.on("limit", (met) => {
    at = met.at;
  });
  const { exit, stdout } = await outcomeOf(cell);
  assert.equal(exit.limit, "wallTime");
  assert.equal(exit.exitCode, 137, "it ends as any program that a limit ends");
  assert.deepEqual(exit.error?.details.at, at);
  assert.equal(stdout, "", "what the program says of itself goes another way than its output");
  assert.ok(at !== undefined, "the program was not asked");
  return at;
}

const first = (at: CellLimit["at"]): string | undefined => at?.[0]?.replace(/\/[^ ]*\/(?=[^/]*$)/, "");

suite("where a program was when a limit of time ended it", { concurrency: 3 }, () => {
  test("a loop in JavaScript: its function and line, and who called it", async (t) => {
    const code =
      "function spin() {\n  let n = 0;\n  for (;;)\n    n++;\n}\nfunction outer() { spin(); }\nouter();\n";
    const at = await whereOf(t, { code });
    assert.match(String(first(at)), /^spin \(main\.js:[34]:\d+\)$/);
    assert.match(String(at?.[1]), /^outer \(.*\/main\.js:6:20\)$/);
    assert.match(String(at?.[2]), /main\.js:7:1\)$/);
    assert.equal(at?.length, 3, "nothing of Node's and of the runtime's own");
  });

  test("a regular expression that backtracks for ever: the line that calls it", async (t) => {
    const code = 'function check(s) {\n  return /^(a+)+$/.test(s);\n}\ncheck("a".repeat(60) + "!");\n';
    const at = await whereOf(t, { code });
    assert.match(String(at?.find((frame) => frame.includes("main.js"))), /^check \(.*main\.js:2:20\)$/);
  });

  test("a loop in WebAssembly: the line that calls it", async (t) => {
    const code = `
      const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 7, 1, 3, 114, 117, 110, 0, 0,
        10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11];
      const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)));
      function go() { instance.exports.run(); }
      go();`;
    const at = await whereOf(t, { code });
    assert.match(String(at?.[0]), /^wasm:\/\/wasm\//);
    assert.match(String(at?.[1]), /^go \(.*main\.js:5:\d+\)$/);
  });

  test("a wait that holds the event loop, and system calls in a loop", async (t) => {
    const wait = "function hold() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }\nhold();";
    assert.match(String((await whereOf(t, { code: wait }))?.[1]), /^hold \(.*main\.js:1:\d+\)$/);
    const calls =
      "const { fstatSync } = require('node:fs');\nfunction ask() { for (;;) fstatSync(0); }\nask();";
    assert.match(
      String((await whereOf(t, { code: calls }))?.find((frame) => frame.includes("main.js"))),
      /^ask \(.*main\.js:2:\d+\)$/,
    );
  });

  test("TypeScript and modules: the lines of the source", async (t) => {
    const code =
      "interface Box { n: number }\n\nexport async function grow(box: Box): Promise<void> {\n  await null;\n  for (;;) box.n++;\n}\nawait grow({ n: 1 });\n";
    const at = await whereOf(t, { files: { "main.mts": code }, entry: "main.mts" });
    assert.match(String(first(at)), /^grow \(.*main\.mts:5:\d+\)$/);
  });

  for (const name of ["node-20-0-0", "node-22-12-0", "node-25-2-1", "node-26-10-0"]) {
    test(`${name} tells it too`, async (t) => {
      const node = join(versions, name, "bin/node");
      const code = "function spin() {\n  for (;;);\n}\nspin();\n";
      const at = await whereOf(t, { code, node, flags: ["--limit-wall-time=2500ms"] });
      assert.match(String(first(at)), /^spin \(main\.js:2:\d+\)$/);
      assert.match(String(at?.[1]), /main\.js:4:1\)$/);
    });
  }

  test("a limit of processor time asks the same", async (t) => {
    const code = "function spin() {\n  for (;;);\n}\nspin();\n";
    const cell = await start(t, { code, flags: ["--limit-cpu-time=1s", "--accept=limits"] });
    const { exit } = await outcomeOf(cell);
    assert.equal(exit.limit, "cpuTime");
    assert.match(String(first(exit.error?.details.at)), /^spin \(main\.js:2:\d+\)$/);
  });

  test("a program that waits for events is nowhere", async (t) => {
    assert.deepEqual(await whereOf(t, { code: "setInterval(() => {}, 1000);" }), []);
  });

  test("as hostile as it likes: what it says is printable, bounded, and does not keep it alive", async (t) => {
    const code = `
      Error.prepareStackTrace = () => { throw new Error(); };
      Error.stackTraceLimit = Infinity;
      process.on("SIGINT", () => {}).on("SIGTERM", () => {});
      const name = "\\u001b[31m\\n.\\n\\u202e" + "x".repeat(100_000);
      const loop = { [name]() { for (;;); } };
      (function deep(depth) { depth === 0 ? loop[name]() : deep(depth - 1); })(5000);`;
    const at = (await whereOf(t, { code })) ?? [];
    assert.ok(at.length <= 32 && at.every((frame) => frame.length <= 300));
    assert.doesNotMatch(at.join(""), /[\p{C}]/u);
  });

  test("a program that has closed the report's pipe ends all the same, not told of", async (t) => {
    const code = "require('node:fs').closeSync(3); for (;;);";
    const { exit } = await outcomeOf(await start(t, { code, flags: ["--limit-wall-time=500ms"] }));
    assert.equal(exit.limit, "wallTime");
    assert.equal(exit.error?.details.at, undefined);
  });

  test("without a limit of time nothing is asked, nor looked up", async (t) => {
    const cell = await start(t, { code: "console.log(1)" });
    assert.equal(cell.plan.where, null);
    assert.equal((await outcomeOf(cell)).stdout, "1\n");
  });
});
