// SPDX-License-Identifier: Apache-2.0
// Node's permission flags on `cordon run`, in real cells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cordonRun, ownDirectory, users } from "./support/users.ts";

const FLAGS = "--permission --allow-fs-read=* --allow-fs-write=* --allow-child-process".split(" ");

for (const user of users) {
  test(`${user}: a program sees Node's flags as they were written, and may do what they say`, (context) => {
    const directory = ownDirectory(context, user, {
      "main.js": `const fs = require("node:fs");
        fs.writeFileSync("written", "by the cell");
        console.log(JSON.stringify({ flags: process.execArgv, read: fs.readFileSync("written", "utf8"),
          child: process.permission.has("child") }));`,
    });
    const { stdout, stderr } = cordonRun(user, directory, [...FLAGS, "main.js"]);
    const { flags, read, child } = JSON.parse(stdout || stderr) as Record<string, unknown>;
    assert.deepEqual({ read, child }, { read: "by the cell", child: true });
    assert.ok(Array.isArray(flags));
    for (const flag of FLAGS) assert.ok(flags.includes(flag), `${flag} in ${flags.join(" ")}`);
  });

  test(`${user}: a child has its parent's flags, or narrower ones of its own`, (context) => {
    const has = `["fs.read", "fs.write", "child"].map((scope) => process.permission.has(scope))`;
    const directory = ownDirectory(context, user, {
      "main.js": `const { spawnSync } = require("node:child_process");
        const run = (...flags) => JSON.parse(spawnSync(process.execPath,
          [...flags, "-p", 'JSON.stringify(${has})'], { encoding: "utf8" }).stdout);
        console.log(JSON.stringify([${has}, run(), run("--permission", "--allow-fs-write=/x")]));`,
    });
    const flags = ["--permission", "--allow-fs-read", "*", "--allow-child-process"];
    const { stdout, stderr } = cordonRun(user, directory, [...flags, "main.js"]);
    assert.deepEqual(JSON.parse(stdout || JSON.stringify(stderr)), [
      [true, false, true],
      [true, false, true],
      [false, false, false],
    ]);
  });
}

for (const user of users) {
  test(`${user}: the permissions of Node's configuration file are grants, and the program cannot write them`, (context) => {
    const directory = ownDirectory(context, user, {
      "main.js": `const fs = require("node:fs");
        const codes = ["given", "other"].map((name) => { try { return fs.readFileSync(name, "utf8"); } catch ({ code }) { return code; } });
        fs.writeFileSync("given", "written");
        try { fs.writeFileSync("node.config.json", "{}"); } catch ({ code }) { codes.push(code); }
        console.log(codes.join(" "));`,
      "node.config.json": '{"permission": {"allow-fs-read": ["./given"], "allow-fs-write": ["."]}}',
      given: "given",
    });
    for (const flag of ["--node-config=node.config.json", "--node-config=./node.config.json"]) {
      const { stdout, stderr } = cordonRun(user, directory, [flag, "main.js"]);
      assert.match(stdout, /^(given|written) ERR_ACCESS_DENIED ERR_ACCESS_DENIED\n$/, stderr);
    }
  });
}

for (const user of users) {
  test(`${user}: a grant of everything is one until all of it is given up, and each step is told on Node's channel`, (context) => {
    const directory = ownDirectory(context, user, {
      "main.js": `const { subscribe } = require("node:diagnostics_channel");
        const { has, drop } = process.permission;
        const told = [];
        for (const name of ["fs", "child"]) subscribe("node:permission-model:" + name, (message) => told.push(message));
        const said = [has("fs.read"), has("fs.write"), has("fs")];
        drop("fs.write", "/srv/not-there");
        said.push(has("fs.write"), has("fs.write", "/srv/not-there"), has("fs.write", "/srv/other"));
        drop("fs.write");
        said.push(has("fs.write"), has("child"), has("child"), has("fs.read"));
        process.on("warning", ({ name, code }) => console.log(JSON.stringify({ said, told, warned: [name, code] })));`,
      "cordon.json": "{}",
    });
    const flags = ["--allow-fs-read=*", "--allow-fs-write=*"];
    const { stdout, stderr } = cordonRun(user, directory, [...flags, "main.js"]);
    const { said, told, warned } = JSON.parse(stdout || JSON.stringify({ said: stderr })) as Record<
      string,
      unknown
    >;
    assert.deepEqual(said, [true, true, true, true, false, true, false, false, false, true]);
    assert.deepEqual(told, [
      { permission: "FileSystemWrite", resource: "/srv/not-there", drop: true },
      { permission: "FileSystemWrite", resource: "/srv/not-there" },
      { permission: "FileSystemWrite", resource: "", drop: true },
      { permission: "FileSystemWrite", resource: "" },
      { permission: "ChildProcess", resource: "" },
      { permission: "ChildProcess", resource: "" },
    ]);
    assert.deepEqual(warned, ["SecurityWarning", "ERR_DROP_NOT_HELD"]);
  });
}
