// SPDX-License-Identifier: Apache-2.0
// Bundles what is loaded inside a cell into one CommonJS file each: a cell has no node_modules of ours, and Node 20
// strips no types. Plain JavaScript, because set-up runs it on whatever Node is at hand (20 or later).
import { spawnSync } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Writes dist/preload.cjs with the two files that it loads, dist/serve.cjs, dist/record.cjs and dist/audit.cjs. */
export async function buildRuntime() {
  const { outputFiles } = await build({
    entryPoints: [here("src/preload.ts"), here("src/serve.ts"), here("src/record.ts"), here("src/audit.ts")],
    absWorkingDir: here("."),
    outdir: here("dist"),
    outExtension: { ".js": ".cjs" },
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node20",
    // Every start of a cell reads and parses these files. Names stay, for stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    // Node shows the line that threw, of a refusal that nobody caught: not the whole bundle.
    lineLimit: 120,
    legalComments: "none",
    logLevel: "warning",
  });
  mkdirSync(here("dist"), { recursive: true });
  for (const { path, text } of outputFiles) {
    if (path.endsWith("/preload.cjs")) writePreload(text);
    else writeFileSync(path, text);
  }
}

/**
 * The preload brings V8's code for its text along: compiling would take half of its time at each start. V8 takes the
 * code only where version and flags are those of the Node that made it, and compiles the text elsewhere.
 */
function writePreload(text) {
  const source = `(function(require,module,exports,__filename,__dirname){${text}\n})`;
  // V8 compares no more than the length of the text with the code's.
  rmSync(here("dist/preload.code"), { force: true });
  writeFileSync(here("dist/preload.text"), source);
  writeFileSync(here("dist/preload.cjs"), LOADER);
  writeFileSync(here("dist/preload.code"), codeOf(source));
}

const LOADER = `"use strict";
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");
new Script(readFileSync(__dirname + "/preload.text", "latin1"), {
  filename: __filename,
  cachedData: readFileSync(__dirname + "/preload.code"),
}).runInThisContext()(require, module, exports, __filename, __dirname);
`;

/** What V8 has compiled by the time that a program's first line runs, in a cell with rules of most kinds. */
function codeOf(source) {
  const path = (name) => ({ path: name, optional: true });
  const cell = {
    version: 1,
    walls: ["namespaces", "filters", "runtime"],
    mode: "run",
    policy: {
      "fs.read": { allow: [path("/a"), path("/a/b*")], deny: [path("/a/c")] },
      "fs.write": { allow: [path("/a")] },
    },
    packages: [],
  };
  const program = `
    const { Script } = require("node:vm");
    const script = new Script(${JSON.stringify(source)}, { filename: ${JSON.stringify(here("dist/preload.cjs"))} });
    script.runInThisContext()(require, module, exports, ${JSON.stringify(here("dist/preload.cjs"))}, ${JSON.stringify(here("dist"))});
    setImmediate(() => require("node:fs").writeSync(1, script.createCachedData()));`;
  const message = messageFile(JSON.stringify(cell));
  // As the jail starts it (docs/plan.md): descriptor 3 is what the preload reports on, 5 what it is told.
  const { output, stdout, stderr } = spawnSync(process.execPath, ["-"], {
    input: program,
    env: {},
    stdio: ["pipe", "pipe", "pipe", "pipe", "ignore", message],
    maxBuffer: 16 * 1024 * 1024,
  });
  closeSync(message);
  if (output[3]?.toString() !== "ready\n" || stdout.length === 0)
    throw new Error(`The preload does not run on ${process.execPath}: ${stderr.toString()}`);
  return stdout;
}

/** A descriptor of a file without a name, of the mode by which the preload knows it. */
function messageFile(text) {
  const file = here(`dist/message-${process.pid}`);
  writeFileSync(file, text, { mode: 0o404 });
  chmodSync(file, 0o404);
  const descriptor = openSync(file, "r");
  rmSync(file);
  return descriptor;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await buildRuntime();
