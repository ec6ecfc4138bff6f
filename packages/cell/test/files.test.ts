// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import type { WallName } from "@cordon/policy";
import { Cell } from "../src/index.ts";
import { directoryWith, outcomeOf, policyOf, run } from "./support/cells.ts";

/** A program that tries each operation given by an argument such as `read:/etc/passwd`, and prints how it went. */
const tries = `
  const fs = require('node:fs');
  const operations = {
    read: (path) => fs.readFileSync(path, 'utf8'),
    list: (path) => fs.readdirSync(path).sort().join(),
    write: (path) => fs.writeFileSync(path, 'written') ?? 'written',
    remove: (path) => fs.unlinkSync(path) ?? 'removed',
  };
  for (const argument of process.argv.slice(2)) {
    const [, operation, path] = /^(\\w+):(.*)$/.exec(argument);
    try { console.log(operations[operation](path)); } catch (error) { console.log(error.code); }
  }
`;
const refused = /^(ERR_ACCESS_DENIED|EACCES|EPERM|EROFS|ENOENT)$/;

// Whatever the policy forbids stays forbidden when any one of the three is taken away.
const combinations: readonly (readonly WallName[])[] = [
  ["namespaces", "filters", "runtime"],
  ["filters", "runtime"],
  ["namespaces", "runtime"],
  ["namespaces", "filters"],
];

suite("files, under all walls and with each one taken away", { concurrency: 3 }, () => {
  for (const walls of combinations) {
    const under = async (
      root: string,
      flags: readonly string[],
      attempts: readonly string[],
    ): Promise<readonly string[]> => {
      // Without mounts that map the owner, root's cell is somebody else to the files.
      if (!walls.includes("namespaces")) execFileSync("chmod", ["-R", "a+rwX", root]);
      await using cell = await Cell.start({
        entry: join(root, "main.js"),
        args: attempts.map((attempt) => attempt.replace("{root}", root)),
        policy: policyOf(flags, root),
        walls,
      });
      const { stdout, stderr } = await outcomeOf(cell);
      const lines = stdout.trimEnd().split("\n");
      assert.equal(lines.length, attempts.length, stderr);
      return lines;
    };

    test(`granted reading reads and nothing else: ${walls.join(", ")}`, async (t) => {
      const root = directoryWith(t, {
        "main.js": tries,
        "open/file": "open",
        "closed/file": "closed",
        "openly/file": "x",
      });
      const [read, write, remove, beside, alike, climbed, etc] = await under(
        root,
        ["--allow-fs-read={root}/open"],
        [
          "read:{root}/open/file",
          "write:{root}/open/file",
          "remove:{root}/open/file",
          "read:{root}/closed/file",
          "read:{root}/openly/file",
          "read:{root}/open/../closed/file",
          "read:/etc/shadow",
        ],
      );
      assert.equal(read, "open");
      for (const each of [write, remove, beside, alike, climbed, etc]) assert.match(String(each), refused);
      assert.equal(readFileSync(join(root, "open/file"), "utf8"), "open");
    });

    test(`a denial inside a grant, and a grant inside that: ${walls.join(", ")}`, async (t) => {
      const root = directoryWith(t, {
        "main.js": tries,
        "open/file": "open",
        "open/secret/key": "key",
        "open/secret/public/file": "public",
      });
      const flags = [
        "--allow-fs-read={root}/open",
        "--deny-fs-read={root}/open/secret",
        "--allow-fs-read={root}/open/secret/public",
      ];
      const [open, key, listed, inside] = await under(root, flags, [
        "read:{root}/open/file",
        "read:{root}/open/secret/key",
        "list:{root}/open/secret",
        "read:{root}/open/secret/public/file",
      ]);
      assert.equal(open, "open");
      assert.match(String(key), refused);
      // An empty stand-in may show the place of the grant, never the names beside it.
      assert.match(String(listed), /^(public|ERR_ACCESS_DENIED|EACCES|ENOENT)$/);
      assert.equal(inside, "public");
    });

    test(`a denied reading in what may be read and written: ${walls.join(", ")}`, async (t) => {
      const root = directoryWith(t, { "main.js": tries, "project/main": "main", "project/.env": "secret" });
      const flags = [
        "--allow-fs-read={root}/project",
        "--allow-fs-write={root}/project",
        "--deny-fs-read={root}/project/.env",
      ];
      const [main, written, secret] = await under(root, flags, [
        "read:{root}/project/main",
        "write:{root}/project/main",
        "read:{root}/project/.env",
      ]);
      assert.deepEqual([main, written], ["main", "written"]);
      assert.match(String(secret), refused);
      assert.equal(readFileSync(join(root, "project/main"), "utf8"), "written");
    });

    test(`a denied writing inside granted writing, and granted writing inside reading: ${walls.join(", ")}`, async (t) => {
      const root = directoryWith(t, {
        "main.js": tries,
        "out/kept/file": "kept",
        "out/file": "",
        "read/in/file": "",
      });
      const flags = [
        "--allow-fs-read={root}",
        "--allow-fs-write={root}/out",
        "--deny-fs-write={root}/out/kept",
        "--allow-fs-write={root}/read/in",
      ];
      const [out, kept, read, inside, beside] = await under(root, flags, [
        "write:{root}/out/file",
        "write:{root}/out/kept/file",
        "read:{root}/out/kept/file",
        "write:{root}/read/in/file",
        "write:{root}/read/new",
      ]);
      assert.deepEqual([out, read, inside], ["written", "kept", "written"]);
      for (const each of [kept, beside]) assert.match(String(each), refused);
      assert.ok(!existsSync(join(root, "read/new")));
    });

    test(`a link inside a grant leads no further than the grants do: ${walls.join(", ")}`, async (t) => {
      const root = directoryWith(t, {
        "main.js": tries,
        "open/in": "-> file",
        "open/file": "open",
        "open/out": "-> ../closed/file",
        "open/etc": "-> /etc/shadow",
        "closed/file": "closed",
      });
      const [inside, outside, etc] = await under(
        root,
        ["--allow-fs-read={root}/open"],
        ["read:{root}/open/in", "read:{root}/open/out", "read:{root}/open/etc"],
      );
      assert.equal(inside, "open");
      for (const each of [outside, etc]) assert.match(String(each), refused);
    });
  }
});

suite("the cell's own part of the file system", { concurrency: 3 }, () => {
  test("/tmp is private, and gone with the cell", async (t) => {
    const root = directoryWith(t, { "main.js": tries });
    const { stdout } = await run(t, {
      entry: join(root, "main.js"),
      flags: ["--allow-fs-read=/tmp", "--allow-fs-write=/tmp"],
      args: ["list:/tmp", "write:/tmp/cordon-private", "read:/tmp/cordon-private"],
    });
    assert.match(stdout, /\nwritten\nwritten\n$/);
    assert.ok(!existsSync("/tmp/cordon-private"));
  });

  test("the whole file system may be granted, with parts of it denied", async (t) => {
    const root = directoryWith(t, { "main.js": tries, "denied/file": "x", file: "open" });
    const { stdout, stderr } = await run(t, {
      entry: join(root, "main.js"),
      flags: ["--allow-fs-read=/", `--deny-fs-read=${root}/denied`, "--deny-fs-read=/etc/passwd"],
      args: [`read:${root}/file`, `read:${root}/denied/file`, "read:/etc/passwd", "read:/proc/1/environ"],
    });
    const [open, ...others] = stdout.trimEnd().split("\n");
    assert.equal(open, "open", stderr);
    for (const each of others) assert.match(each, refused);
  });

  test("a private file of the owner's can be read and written where granted, and stays the owner's", async (t) => {
    const root = directoryWith(t, { "main.js": tries, "out/file": "private" });
    chmodSync(join(root, "out/file"), 0o600);
    chmodSync(join(root, "out"), 0o700);
    const { stdout, stderr } = await run(t, {
      entry: join(root, "main.js"),
      flags: [`--allow-fs-read=${root}/out`, `--allow-fs-write=${root}/out`],
      args: [`read:${root}/out/file`, `write:${root}/out/new`],
    });
    assert.equal(stdout, "private\nwritten\n", stderr);
    assert.equal(statSync(join(root, "out/new")).uid, statSync(root).uid);
  });

  test("Node may lie in a directory that is denied", async (t) => {
    const root = directoryWith(t, { "main.js": "console.log('runs')" });
    const { stdout, stderr } = await run(t, {
      entry: join(root, "main.js"),
      flags: ["--allow-fs-read=/", `--deny-fs-read=${join(process.execPath, "../..")}`],
    });
    assert.equal(stdout, "runs\n", stderr);
  });

  test("a working directory that is not granted is there, and empty", async (t) => {
    const root = directoryWith(t, {
      "main.js": "console.log(process.cwd(), require('node:fs').existsSync('file'))",
      "work/file": "",
    });
    const { stdout, stderr } = await run(t, { entry: join(root, "main.js"), directory: join(root, "work") });
    assert.equal(stdout, `${join(root, "work")} false\n`, stderr);
  });

  test("the cell is nobody that the host knows, on a machine with no name", async (t) => {
    const code = `
      const os = require('node:os');
      console.log(process.getuid(), process.getgid(), process.getgroups().length <= 1, process.pid < 10, process.ppid < 10);
      console.log(require('node:fs').readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).length <= 3);
    `;
    const { stdout, stderr } = await run(t, { code, flags: ["--allow-fs-read=/proc", "--allow-sys=*"] });
    assert.equal(stdout, "1000 1000 true true true\ntrue\n", stderr);
  });

  test("no descriptor of the host is open, and no variable is set", async (t) => {
    const code = `
      const open = require('node:fs').readdirSync('/proc/self/fd').map(Number).filter((fd) => fd > 2);
      const shown = open.map((fd) => { try { return require('node:fs').readlinkSync('/proc/self/fd/' + fd); } catch { return 'gone'; } });
      console.log(shown.filter((text) => text.startsWith('/') && !text.startsWith('/proc/') && text !== '/dev/null').join());
      console.log(Object.keys(process.env).join());
    `;
    const { stdout, stderr } = await run(t, {
      code,
      flags: ["--allow-fs-read=/proc"],
      env: { SECRET: "s", PATH: "/bin" },
    });
    assert.equal(stdout, "\n\n", stderr);
  });

  test("a granted variable is there, and its neighbours are not", async (t) => {
    const { stdout } = await run(t, {
      code: "console.log(JSON.stringify({ ...process.env }))",
      flags: ["--allow-env=APP_*,HOME"],
      env: { APP_A: "1", APP_B: "ü\n2", HOME: "/h", SECRET: "s" },
    });
    assert.deepEqual(JSON.parse(stdout), { APP_A: "1", APP_B: "ü\n2", HOME: "/h" });
  });
});
