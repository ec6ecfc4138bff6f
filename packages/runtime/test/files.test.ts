// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { attempts, resultsOf, runProgram, temporaryDirectory } from "./cell.ts";

const FS = 'const fs = require("node:fs");';

test("a refused file names scope, resource and grant, in every form of the API", async () => {
  await using outside = await temporaryDirectory();
  await using directory = await temporaryDirectory();
  const secret = join(outside.path, "secret.txt");
  await writeFile(secret, "secret");
  const path = JSON.stringify(secret);
  const source = attempts(
    {
      sync: `fs.readFileSync(${path})`,
      callback: `new Promise((good, bad) => fs.readFile(${path}, (error, data) => error ? bad(error) : good(data)))`,
      promise: `fs.promises.readFile(${path})`,
      stream: `new Promise((good, bad) => fs.createReadStream(${path}).on("error", bad).on("data", good))`,
      buffer: `fs.readFileSync(Buffer.from(${path}))`,
      url: `fs.readFileSync(require("node:url").pathToFileURL(${path}))`,
      open: `fs.openSync(${path})`,
      realpath: `fs.realpathSync.native(${path})`,
    },
    FS,
  );
  const results = resultsOf(await runProgram(directory.path, source));
  assert.equal(Object.keys(results).length, 8);
  for (const [name, result] of Object.entries(results)) {
    const { code, permission, resource, scope, grant, message } = result;
    assert.deepEqual(
      { code, permission, resource, scope, grant },
      {
        code: "ERR_ACCESS_DENIED",
        permission: "FileSystemRead",
        resource: secret,
        scope: "fs.read",
        grant: `--allow-fs-read=${secret}`,
      },
      name,
    );
    assert.ok(message?.endsWith(`--allow-fs-read=${secret}`), `${name}: ${message}`);
  }
});

test("a denied file inside a granted directory stays denied by any way to name it", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await mkdir(join(path, "secret"));
  await writeFile(join(path, "secret", "key"), "key");
  await writeFile(join(path, "public"), "public");
  await symlink("secret/key", join(path, "link"));
  const source = attempts(
    {
      name: `fs.readFileSync("${path}/secret/key")`,
      relative: 'fs.readFileSync("secret/key")',
      dots: `fs.readFileSync("${path}/public/../secret/key")`,
      symlink: 'fs.readFileSync("link")',
      buffer: `fs.readFileSync(Buffer.from("${path}/secret/key"))`,
      copy: 'fs.cpSync(".", "/tmp/cordon-copy", { recursive: true })',
      rename: 'fs.renameSync("secret", "other")',
      granted: 'fs.readFileSync("public", "utf8")',
    },
    FS,
  );
  const grants = [
    `--allow-fs-read=${path}`,
    `--allow-fs-write=${path}`,
    `--deny-fs-read=${path}/secret`,
    `--deny-fs-write=${path}/secret`,
  ];
  const { granted, ...refused } = resultsOf(await runProgram(path, source, { grants }));
  assert.equal(granted?.value, "public");
  assert.equal(Object.keys(refused).length, 7);
  for (const [name, result] of Object.entries(refused)) assert.equal(result.code, "ERR_ACCESS_DENIED", name);
});

test("a program that replaced built-ins does not change what is denied", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await writeFile(join(path, "key"), "key");
  const before = `${FS}
    const nodePath = require("node:path");
    String.prototype.startsWith = () => true;
    Array.prototype.some = () => true;
    Array.prototype.find = () => undefined;
    Array.prototype.filter = () => [];
    Array.prototype.map = () => [];
    nodePath.resolve = () => "/";
    process.cwd = () => "/nowhere";
    Object.prototype.granted = true;
    Object.prototype.get = undefined;
    process.permission.has = () => true;`;
  const source = attempts(
    { read: `fs.readFileSync("${path}/key")`, relative: 'fs.readFileSync("key")' },
    before,
  );
  const grants = [`--allow-fs-read=${path}`, `--deny-fs-read=${path}/key`];
  const outcome = await runProgram(path, source, { grants });
  const results = resultsOf(outcome);
  assert.equal(results["read"]?.code, "ERR_ACCESS_DENIED", outcome.stderr);
  assert.equal(results["relative"]?.code, "ERR_ACCESS_DENIED");
});

test("a search up the tree ends at the wall as if nothing were there, and says why", async () => {
  await using directory = await temporaryDirectory();
  const above = join(directory.path, "..", "package.json");
  const source = attempts(
    {
      stat: `fs.statSync("${above}")`,
      noThrow: `fs.statSync("${above}", { throwIfNoEntry: false })`,
      exists: `fs.existsSync("${above}")`,
      access: `fs.promises.access("${above}")`,
    },
    FS,
  );
  const results = resultsOf(await runProgram(directory.path, source));
  assert.equal(results["stat"]?.code, "ENOENT");
  assert.match(results["stat"]?.message ?? "", /^ENOENT: .*--allow-fs-read=\S+package\.json$/);
  assert.equal(results["noThrow"]?.value, "undefined");
  assert.equal(results["exists"]?.value, "false");
  assert.equal(results["access"]?.code, "ENOENT");
});

test("a file that is missing where reading is granted is missing, and no more", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const source = attempts({ read: 'fs.readFileSync("none")' }, FS);
  const { read } = resultsOf(await runProgram(path, source, { grants: [`--allow-fs-read=${path}`] }));
  assert.equal(read?.code, "ENOENT");
  assert.equal(read?.grant, undefined);
});

test("no file gets a set-user-ID or set-group-ID bit", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const source = attempts(
    {
      chmod: 'fs.chmodSync("file", 0o4755)',
      text: 'fs.chmodSync("file", "2755")',
      promise: 'fs.promises.chmod("file", 0o6755)',
      write: 'fs.writeFileSync("new", "", { mode: 0o4755 })',
      open: 'fs.openSync("new", "w", 0o4755)',
      mkdir: 'fs.mkdirSync("new", { mode: 0o2755 })',
      descriptor: 'fs.fchmodSync(fs.openSync("file"), 0o4755)',
      handle: '(await fs.promises.open("file")).chmod(0o4755)',
    },
    `${FS} fs.writeFileSync("file", "");`,
  );
  const grants = [`--allow-fs-read=${path}`, `--allow-fs-write=${path}`];
  const results = resultsOf(await runProgram(path, source, { grants }));
  assert.equal(Object.keys(results).length, 8);
  for (const [name, result] of Object.entries(results)) assert.equal(result.code, "ERR_ACCESS_DENIED", name);
});

test("wrapped functions keep name, length and their form for promisify", async () => {
  await using directory = await temporaryDirectory();
  const source = `
    const fs = require("node:fs");
    const { promisify } = require("node:util");
    const exists = promisify(fs.exists);
    exists("/nothing").then((value) => console.log(fs.readFile.name, fs.statSync.name, fs.rename.length, value));`;
  const { stdout } = await runProgram(directory.path, source);
  assert.equal(stdout, "readFile statSync 3 false\n");
});
