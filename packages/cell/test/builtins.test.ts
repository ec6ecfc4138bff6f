// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { run } from "./support/cells.ts";

const print = (name: string, expression: string): string =>
  `try { ${expression}; console.log(${JSON.stringify(name)}, 'loaded') } catch (error) { console.log(${JSON.stringify(name)}, error.code, error.resource ?? '') }`;
const refused = (name: string, id = "node:child_process"): string => `${name} ERR_ACCESS_DENIED ${id}`;

suite("denied built-in modules", { concurrency: 3 }, () => {
  test("every way to ask is refused, by either name, and names the module", async (t) => {
    const ways = {
      require: "require('child_process')",
      prefixed: "require('node:child_process')",
      createRequire: "require('node:module').createRequire(__filename)('child_process')",
      load: "module.constructor._load('child_process')",
      parent: "process.mainModule.require('node:child_process')",
      getBuiltinModule: "process.getBuiltinModule('child_process')",
    };
    const code = Object.entries(ways).map(([name, way]) => print(name, way));
    const main = `${code.join("\n")}
      try { process.binding('spawn_sync'); console.log('binding loaded') } catch (error) { console.log('binding', error.code) }
      (async () => { ${["child_process", "node:child_process", "#spawn", "./other.mjs"].map((id) => print(`import ${id}`, `await import('${id}')`)).join("\n")} })();`;
    const files = {
      "main.js": main,
      "other.mjs": "import { spawn } from 'node:child_process'; console.log(typeof spawn)",
      "package.json": JSON.stringify({ imports: { "#spawn": "child_process" } }),
    };
    const flags = ["--allow-fs-read={root}", "--allow-run", "--deny-builtins=child_process"];
    const { stdout, stderr } = await run(t, { files, flags });
    const lines = [...Object.keys(ways).map((name) => refused(name)), "binding ERR_ACCESS_DENIED"];
    const imports = ["child_process", "node:child_process", "#spawn", "./other.mjs"];
    assert.deepEqual(
      stdout.trim().split("\n"),
      [...lines, ...imports.map((id) => refused(`import ${id}`))],
      stderr,
    );
  });

  test("an ES module that imports one does not begin, and a worker has no more", async (t) => {
    const main = "import { spawn } from 'child_process'; console.log(typeof spawn)";
    const flags = ["--allow-fs-read={root}", "--allow-worker", "--deny-builtins=child_process"];
    const entry = await run(t, { entry: "main.mjs", files: { "main.mjs": main }, flags });
    assert.equal(entry.stdout, "");
    assert.match(
      entry.stderr,
      /node:child_process is refused: the policy denies the built-in module child_process/,
    );
    const code = `const { Worker } = require('node:worker_threads');
      new Worker(${JSON.stringify(print("worker", "require('child_process')"))}, { eval: true });`;
    const worker = await run(t, { code, flags });
    assert.equal(worker.stdout, `${refused("worker")}\n`, worker.stderr);
  });

  test("what is below a module goes with it, what is not named stays", async (t) => {
    const code = ["fs", "fs/promises", "node:fs/promises", "path", "node:os"].map((id) =>
      print(id, `require('${id}')`),
    );
    const { stdout, stderr } = await run(t, { code: code.join("\n"), flags: ["--deny-builtins=fs"] });
    const lines = [refused("fs", "node:fs"), refused("fs/promises", "node:fs/promises")];
    assert.deepEqual(
      stdout.trim().split("\n"),
      [...lines, refused("node:fs/promises", "node:fs/promises"), "path loaded", "node:os loaded"],
      stderr,
    );
  });

  test("what nothing can hold is refused before the start", async (t) => {
    await assert.rejects(run(t, { code: "", flags: ["--deny-builtins=child_proces"] }), {
      code: "ERR_POLICY_INVALID",
      message: /got `child_proces`/,
    });
    const flags = ["--deny-builtins=vm"];
    await assert.rejects(run(t, { code: "", flags, walls: ["namespaces", "filters"] }), {
      code: "ERR_NOT_ENFORCEABLE",
    });
  });
});
