// SPDX-License-Identifier: Apache-2.0
// The module loader in a closed directory: nothing above the project is granted, and the loader looks there all the same.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { suite, test, type TestContext } from "node:test";
import type { WallName } from "@cordon/policy";
import { Cell } from "../src/index.ts";
import { installVersions } from "../../../attacks/harness/versions.ts";
import { directoryWith, outcomeOf, policyOf, type Outcome } from "./support/cells.ts";

const repository = join(import.meta.dirname, "../../..");
const versions = join(repository, "attacks/versions/node_modules");
const nodes: Readonly<Record<string, string>> = {
  "20": join(versions, "node-20-11-0/bin/node"),
  "22": join(versions, "node-22-12-0/bin/node"),
  "24": process.execPath,
  "26": join(versions, "node-26-10-0/bin/node"),
};

installVersions();

// What lies above must be neither used nor an error: it would make every file a module, and every package a poisoned one.
const above = {
  "package.json": '{ "type": "module", "imports": { "#above": "./node_modules/hidden/index.js" } }',
  "node_modules/hidden/index.js": "console.log('HIDDEN'); exports.x = 1",
  "node_modules/hidden/package.json": '{ "name": "hidden", "type": "commonjs" }',
};
const dep = {
  "project/node_modules/dep/package.json": JSON.stringify({
    name: "dep",
    exports: { ".": { import: "./esm.mjs", require: "./cjs.js" }, "./sub": "./sub.js" },
  }),
  "project/node_modules/dep/cjs.js": "exports.kind = 'cjs'",
  "project/node_modules/dep/esm.mjs": "export const kind = 'esm'",
  "project/node_modules/dep/sub.js": "module.exports = 'sub'",
  "project/node_modules/dep/private.js": "",
};

async function runIn(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  entry: string,
  options: { readonly node?: string; readonly walls?: readonly WallName[]; readonly root?: string } = {},
): Promise<Outcome> {
  const root = options.root ?? directoryWith(context, { ...above, ...files });
  const cell = await Cell.start({
    entry,
    directory: join(root, "project"),
    policy: policyOf([`--allow-fs-read=${root}/project`], root),
    ...(options.node === undefined ? {} : { node: options.node }),
    ...(options.walls === undefined ? {} : { walls: options.walls }),
  });
  context.after(() => cell.stop({ grace: 0 }));
  cell.stdin?.end();
  return await outcomeOf(cell);
}

/** What was printed, where nothing was refused and nothing said on stderr but Node's own warnings. */
function quietly({ stdout, stderr, denied }: Outcome): string {
  assert.deepEqual(denied, [], stderr);
  assert.doesNotMatch(stderr, /Error|ERR_/);
  return stdout;
}

const commonJS = `
  const codeOf = (task) => { try { task(); return 'loaded'; } catch (error) { return error.code; } };
  console.log(typeof require, require('dep').kind, require('dep/sub'), require('./local').x, require('./data.json').y);
  console.log(codeOf(() => require('hidden')), codeOf(() => require('dep/private.js')), codeOf(() => require('#above')), codeOf(() => require('../node_modules/hidden')));
  console.log(require.resolve.paths('x').length > 1, codeOf(() => require.resolve('hidden')));
`;
const esModule = `
  import { kind } from 'dep';
  import sub from 'dep/sub';
  import own from '#own';
  const codeOf = (id) => import(id).then(() => 'loaded', (error) => error.code);
  console.log(kind, sub, own, (await import('./local.js')).x);
  console.log(await codeOf('hidden'), await codeOf('dep/private.js'), await codeOf('#other'), await codeOf('../node_modules/hidden/index.js'), await codeOf('./gone.mjs'));
`;

for (const [version, node] of Object.entries(nodes)) {
  suite(`the loader of Node ${version} in a closed directory`, { concurrency: 2 }, () => {
    const local = { "project/local.js": "exports.x = 2", "project/data.json": '{ "y": 3 }' };

    test("CommonJS finds what is granted, and nothing above it", async (t) => {
      assert.ok(existsSync(node), `${node} is not installed`);
      for (const walls of [undefined, ["filters", "runtime"], ["namespaces", "filters"]] as const) {
        const files = { ...dep, ...local, "project/main.js": commonJS };
        const outcome = await runIn(t, files, "main.js", { node, ...(walls && { walls }) });
        const lines = quietly(outcome).trim().split("\n");
        const missing = "MODULE_NOT_FOUND";
        assert.equal(lines[0], "function cjs sub 2 3", outcome.stderr);
        assert.match(
          lines[1] ?? "",
          /^MODULE_NOT_FOUND ERR_PACKAGE_PATH_NOT_EXPORTED (MODULE_NOT_FOUND|ERR_PACKAGE_IMPORT_NOT_DEFINED) /,
        );
        assert.equal(lines[2], `true ${missing}`);
      }
    });

    test("ES modules find what is granted, and nothing above it", async (t) => {
      const files = {
        ...dep,
        ...local,
        "project/package.json": '{ "imports": { "#own": "./own.js" } }',
        "project/own.js": "module.exports = 'own'",
        "project/main.mjs": esModule,
      };
      const outcome = await runIn(t, files, "main.mjs", { node });
      const lines = quietly(outcome).trim().split("\n");
      assert.equal(lines[0], "esm sub own 2", outcome.stderr);
      // Before 22 nobody is told of a failed import in time to say it otherwise.
      const missing = version === "20" ? "ERR_ACCESS_DENIED" : "ERR_MODULE_NOT_FOUND";
      const expected = [missing, "ERR_PACKAGE_PATH_NOT_EXPORTED", "ERR_PACKAGE_IMPORT_NOT_DEFINED"];
      assert.deepEqual(lines[1]?.split(" ").slice(0, 3), expected);
      assert.equal(lines[1]?.split(" ")[4], "ERR_MODULE_NOT_FOUND");
    });

    test("a workspace's package is reached through its link", async (t) => {
      const files = {
        "project/app/node_modules/@ws/lib": "-> ../../../lib",
        "project/lib/package.json": '{ "name": "@ws/lib", "main": "main.js" }',
        "project/lib/main.js": "exports.name = require('deep').name",
        "project/lib/node_modules/deep/index.js": "exports.name = 'deep in lib'",
        "project/app/main.js": "console.log(require('@ws/lib').name)",
        "project/app/main.mjs": "import { name } from '@ws/lib'; console.log(name)",
      };
      for (const entry of ["app/main.js", "app/main.mjs"])
        assert.equal(quietly(await runIn(t, files, entry, { node })), "deep in lib\n", entry);
    });
  });
}

/** Arranges an installed package, and what it depends on, as pnpm does: each in a store of its own, joined by links. */
function arrange(root: string, name: string, done: Set<string> = new Set()): string {
  const source = join(repository, "node_modules", name);
  const { version, dependencies = {} } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as {
    version: string;
    dependencies?: Record<string, string>;
  };
  const store = join(root, "node_modules/.pnpm", `${name.replace("/", "+")}@${version}/node_modules`);
  if (done.has(name)) return join(store, name);
  done.add(name);
  cpSync(source, join(store, name), { recursive: true });
  for (const dependency of Object.keys(dependencies))
    link(join(store, dependency), arrange(root, dependency, done));
  return join(store, name);
}

function link(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(relative(dirname(path), target), path);
}

suite("packages as package managers lay them out", () => {
  test("a real tree of packages in pnpm's layout works, by require and by import", async (t) => {
    const use =
      "const app = fastify(); app.get('/', async () => ({ ok: true })); app.inject('/').then((r) => console.log(r.body))";
    const files = {
      "project/main.js": `const fastify = require('fastify'); ${use}`,
      "project/main.mjs": `import fastify from 'fastify'; ${use}`,
    };
    const root = directoryWith(t, { ...above, ...files });
    link(join(root, "project/node_modules/fastify"), arrange(join(root, "project"), "fastify"));
    for (const entry of ["main.js", "main.mjs"]) {
      for (const node of [nodes["22"], nodes["24"], nodes["26"]]) {
        const outcome = await runIn(t, {}, entry, { root, ...(node === undefined ? {} : { node }) });
        assert.equal(outcome.stdout, '{"ok":true}\n', outcome.stderr);
      }
    }
  });

  test("TypeScript is stripped where Node does that, and `type` is looked up no further than the wall", async (t) => {
    const files = {
      "project/main.ts":
        "import { name } from './other.ts'; const greeting: string = name; console.log(greeting)",
      "project/other.ts": "export const name: string = 'typed'",
      "project/plain.cts": "const x: number = 1; console.log(typeof require, x)",
    };
    for (const node of [nodes["24"], nodes["26"]]) {
      const options = node === undefined ? {} : { node };
      assert.equal(quietly(await runIn(t, files, "main.ts", options)), "typed\n");
      assert.equal(quietly(await runIn(t, files, "plain.cts", options)), "function 1\n");
    }
  });
});
