// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { mergePolicies, parsePolicyFile } from "@cordon/policy";
import { Cell } from "../src/index.ts";
import { directoryWith, outcomeOf, run } from "./support/cells.ts";

const addonSource = `
#include <node_api.h>
static napi_value answer(napi_env env, napi_callback_info info) {
  napi_value value;
  napi_create_int32(env, 42, &value);
  return value;
}
NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "answer", NAPI_AUTO_LENGTH, answer, NULL, &function);
  napi_set_named_property(env, exports, "answer", function);
  return exports;
}
`;

/** Builds a native module against the headers that came with the running Node. */
function buildAddon(context: TestContext): string {
  const root = directoryWith(context, {
    "addon.c": addonSource,
    "main.js": "console.log(require('./addon.node').answer())",
  });
  const headers = join(dirname(dirname(process.execPath)), "include/node");
  const args = ["-shared", "-fPIC", `-I${headers}`, "-o", join(root, "addon.node"), join(root, "addon.c")];
  const built = spawnSync("cc", args, { encoding: "utf8" });
  assert.equal(built.status, 0, built.stderr);
  return root;
}

suite("what programs do", { concurrency: 3 }, () => {
  test("worker threads run where they are granted, and are refused by name where not", async (t) => {
    const code = `
      const { Worker, isMainThread, parentPort } = require('node:worker_threads');
      if (!isMainThread) parentPort.postMessage('from the worker');
      else new Worker(__filename).on('message', (message) => console.log(message));
    `;
    const granted = await run(t, { code, flags: ["--allow-worker"] });
    assert.equal(granted.stdout, "from the worker\n", granted.stderr);
    const refused = await run(t, { code });
    assert.match(refused.stderr, /ERR_ACCESS_DENIED/);
    assert.match(refused.stderr, /--allow-worker/);
  });

  test("several workers compute at once", async (t) => {
    const code = `
      const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
      if (!isMainThread) { let sum = 0; for (let i = 0; i < 1e6; i++) sum += i % workerData; parentPort.postMessage(sum); }
      else {
        const sum = (workerData) => new Promise((resolve, reject) => new Worker(__filename, { workerData }).on('message', resolve).on('error', reject));
        Promise.all([2, 3, 5, 7].map(sum)).then((sums) => console.log(sums.join()));
      }
    `;
    const { stdout, stderr } = await run(t, { code, flags: ["--allow-worker"] });
    assert.equal(stdout, "500000,999999,2000000,2999997\n", stderr);
  });

  test("a granted program can be run, any other is refused with the grant that would help", async (t) => {
    const code = `
      const { execFileSync } = require('node:child_process');
      console.log(String(execFileSync('/bin/sh', ['-c', 'echo child $((6*7))'])).trim());
      try { execFileSync('/bin/ls'); } catch (error) { console.log(error.code, error.message); }
    `;
    const { stdout, stderr } = await run(t, { code, flags: ["--allow-run=/bin/sh"] });
    assert.match(stdout, /^child 42\n/, stderr);
    assert.match(stdout, /\n(ERR_ACCESS_DENIED|ENOENT|EACCES) .*ls/);
    const none = await run(t, { code });
    assert.match(none.stderr, /ERR_ACCESS_DENIED/);
    assert.match(none.stderr, /--allow-(run|child-process)/);
  });

  test("pipes to and from a child, its signals and its exit code are as outside", async (t) => {
    const code = `
      const { spawn } = require('node:child_process');
      const cat = spawn('cat');
      cat.stdout.on('data', (data) => console.log(String(data)));
      cat.on('exit', (code, signal) => {
        console.log('cat', code, signal);
        const sleep = spawn('sleep', ['100']);
        sleep.on('exit', (code, signal) => console.log('sleep', code, signal));
        sleep.on('spawn', () => sleep.kill());
      });
      cat.stdin.end('through a pipe');
    `;
    const { stdout, stderr } = await run(t, {
      code,
      flags: ["--allow-run=cat", "--allow-run=sleep", "--allow-env=PATH"],
    });
    assert.equal(stdout, "through a pipe\ncat 0 null\nsleep null SIGTERM\n", stderr);
  });

  test("a forked Node talks over its channel, and is under the same walls", async (t) => {
    const code = `
      const { fork } = require('node:child_process');
      if (process.argv[2]) {
        let read;
        try { read = require('node:fs').readFileSync('/etc/shadow', 'utf8').length; } catch (error) { read = error.code; }
        process.send({ read });
      } else {
        const child = fork(__filename, ['child']);
        child.on('message', ({ read }) => { console.log(read); child.disconnect(); });
      }
    `;
    const { stdout, stderr } = await run(t, { code, flags: [`--allow-run=${process.execPath}`] });
    assert.match(stdout, /^(ENOENT|EACCES|ERR_ACCESS_DENIED)\n$/, stderr);
  });

  test("a native module loads where it is granted, and is refused where not", async (t) => {
    const root = buildAddon(t);
    const started = (...flags: string[]) =>
      run(t, { entry: join(root, "main.js"), directory: root, flags: [`--allow-fs-read=${root}`, ...flags] });
    const granted = await started(`--allow-addons=${root}/addon.node`);
    assert.equal(granted.stdout, "42\n", granted.stderr);
    const refused = await started();
    assert.equal(refused.stdout, "");
    assert.match(refused.stderr, /ERR_(ACCESS_DENIED|DLOPEN)/);
    // The kernel's side by itself: nothing may be mapped to be executed.
    const kernel = await run(t, {
      entry: join(root, "main.js"),
      directory: root,
      flags: [`--allow-fs-read=${root}`],
      walls: ["namespaces", "filters"],
    });
    assert.equal(kernel.stdout, "");
    assert.match(kernel.stderr, /ERR_DLOPEN_FAILED/);
  });

  test("a pinned native module is refused once its bytes have changed", async (t) => {
    const root = buildAddon(t);
    const file = join(root, "addon.node");
    const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
    const policyWith = (pin: string) =>
      mergePolicies(
        parsePolicyFile(
          JSON.stringify({ allow: { "fs.read": ["."], addon: [{ path: "./addon.node", sha256: pin }] } }),
          {
            file: join(root, "cordon.json"),
            directory: root,
          },
        ),
      );
    await using cell = await Cell.start({ entry: "main.js", directory: root, policy: policyWith(sha256) });
    assert.equal((await outcomeOf(cell)).stdout, "42\n");
    const changed = policyWith(sha256.replace(/^./, sha256.startsWith("0") ? "1" : "0"));
    await assert.rejects(Cell.start({ entry: "main.js", directory: root, policy: changed }), {
      code: "ERR_INTEGRITY",
    });
  });

  test("WebAssembly is compiled and run", async (t) => {
    const code = `
      const bytes = Buffer.from('0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex');
      WebAssembly.instantiate(bytes).then(({ instance }) => console.log(instance.exports.add(40, 2)));
    `;
    const { stdout, stderr } = await run(t, { code });
    assert.equal(stdout, "42\n", stderr);
  });

  test("a module program imports from node_modules, by link too", async (t) => {
    const { stdout, stderr } = await run(t, {
      entry: "app/main.mjs",
      files: {
        "app/main.mjs":
          "import { one } from 'one'; import two from 'two'; console.log(one, two, import.meta.dirname.endsWith('/app'));",
        "app/node_modules/one/package.json": '{ "name": "one", "exports": "./index.js", "type": "module" }',
        "app/node_modules/one/index.js": "export const one = 1;",
        "store/two/package.json": '{ "name": "two", "main": "lib/two.js" }',
        "store/two/lib/two.js": "module.exports = require('./value.json');",
        "store/two/lib/value.json": "2",
        "app/node_modules/two": "-> ../../store/two",
      },
      flags: ["--allow-fs-read={root}/app", "--allow-fs-read={root}/store/two"],
    });
    assert.equal(stdout, "1 2 true\n", stderr);
  });

  test("a whole node_modules may be a link", async (t) => {
    const { stdout, stderr } = await run(t, {
      code: "console.log(require('dep'))",
      files: { "shared/dep/index.js": "module.exports = 'found'", node_modules: "-> shared" },
      flags: ["--allow-fs-read={root}/node_modules"],
    });
    assert.equal(stdout, "found\n", stderr);
  });

  test("TypeScript runs as Node runs it", async (t) => {
    const { stdout, stderr } = await run(t, {
      entry: "main.ts",
      files: {
        "main.ts":
          "import { double } from './double.ts'; const value: number = double(21); console.log(value);",
        "double.ts": "export function double(value: number): number { return value * 2; }",
        "package.json": '{ "type": "module" }',
      },
      flags: ["--allow-fs-read={root}"],
    });
    assert.equal(stdout, "42\n", stderr);
  });

  test("a program that is a link runs as with Node: as what the link leads to", async (t) => {
    const { stdout, stderr } = await run(t, {
      entry: "bin/tool",
      files: {
        "lib/tool.js": "console.log(require('node:path').basename(__filename), require('./part.js'))",
        "lib/part.js": "module.exports = 'part'",
        "bin/tool": "-> ../lib/tool.js",
      },
      flags: ["--allow-fs-read={root}/lib"],
    });
    assert.equal(stdout, "tool.js part\n", stderr);
  });

  test("names with spaces, per cent signs, newlines and letters of any script", async (t) => {
    const name = 'a b%41\n"é日🦀.txt';
    const { stdout, stderr } = await run(t, {
      entry: "pro gram é.js",
      files: {
        "pro gram é.js":
          "console.log(JSON.stringify([process.argv.slice(2), require('node:fs').readFileSync(process.argv[2], 'utf8')]))",
        [name]: "found",
      },
      args: [name, "", "%", "-x", "two\nlines"],
      flags: ["--allow-fs-read={root}"],
    });
    assert.equal(stdout, `${JSON.stringify([[name, "", "%", "-x", "two\nlines"], "found"])}\n`, stderr);
  });

  test("an argument or a directory with a NUL is an error, and nothing is started", async (t) => {
    await assert.rejects(run(t, { code: "", args: ["a\0b"] }));
  });
});
