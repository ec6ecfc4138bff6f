// SPDX-License-Identifier: Apache-2.0
// The flags of earlier proposals, in real cells.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { cordonRun, ownDirectory, startCordonRun, users } from "./support/users.ts";

const SAFE = `const fs = require("node:fs"), net = require("node:net"), cp = require("node:child_process");
  const codes = {};
  const attempt = (name, run) => { try { run(); codes[name] = "done"; } catch ({ code }) { codes[name] = code; } };
  attempt("own", () => fs.writeFileSync(__dirname + "/written", fs.readFileSync(__filename)));
  attempt("read", () => fs.readFileSync("/etc/passwd"));
  attempt("write", () => fs.writeFileSync(__dirname + "/../beside", ""));
  attempt("kill", () => process.kill(1, 0));
  attempt("chdir", () => process.chdir(".."));
  attempt("setuid", () => process.setuid(0));
  attempt("subprocess", () => cp.spawnSync("true"));
  attempt("native", () => process.dlopen({ exports: {} }, __dirname + "/x.node"));
  attempt("listen", () => net.createServer().listen(__dirname + "/sock"));
  net.connect("/run/x.sock").on("error", ({ code }) => {
    codes.connect = code;
    console.log(JSON.stringify(codes));
  });`;

for (const user of users) {
  test(`${user}: safe mode is the program's own directory and nothing else`, (context) => {
    const directory = ownDirectory(context, user, { "main.js": SAFE });
    const { stdout, stderr } = cordonRun(user, directory, ["--safe-mode", "main.js"]);
    const { own, ...others } = JSON.parse(stdout || JSON.stringify(stderr)) as Record<string, string>;
    assert.equal(own, "done");
    assert.equal(Object.keys(others).length, 9);
    for (const [name, code] of Object.entries(others)) assert.equal(code, "ERR_ACCESS_DENIED", name);
    assert.equal(readFileSync(join(directory, "written"), "utf8"), SAFE);
    assert.ok(!existsSync(join(directory, "../beside")));
  });

  test(`${user}: a grant that would make safe mode another one is refused before the start`, (context) => {
    const directory = ownDirectory(context, user, { "main.js": "console.log('ran')" });
    for (const grant of ["--allow-run=git", "--allow-fs-read=/etc", "--allow-unix=/run/x.sock"]) {
      const { status, stdout, stderr } = cordonRun(user, directory, ["--safe-mode", grant, "main.js"]);
      assert.deepEqual([status, stdout], [125, ""]);
      assert.ok(stderr.includes("--safe-mode") && stderr.includes(grant), stderr);
    }
  });

  test(`${user}: --policy-deny-fs takes away what is granted beside it`, (context) => {
    const directory = ownDirectory(context, user, {
      "main.js": `const fs = require("node:fs");
        const codes = [() => fs.readFileSync("open"), () => fs.readFileSync("secret"), () => fs.writeFileSync("open", "")]
          .map((run) => { try { run(); return "done"; } catch ({ code }) { return code; } });
        console.log(codes.join(" "));`,
      open: "open",
      secret: "secret",
    });
    const flags = ["--allow-fs-read=.", "--allow-fs-write=.", "--policy-deny-fs=out,in:./secret"];
    const { stdout, stderr } = cordonRun(user, directory, [...flags, "main.js"]);
    assert.equal(stdout, "done ERR_ACCESS_DENIED ERR_ACCESS_DENIED\n", stderr);
    assert.equal(readFileSync(join(directory, "open"), "utf8"), "open");
  });

  test(`${user}: restricted addresses are out of reach but on the ports that are allowed`, async (context) => {
    const server = createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
    context.after(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const directory = ownDirectory(context, user, {
      "main.js": `require("node:net").connect(${port}, "127.0.0.1").on("error", ({ code }) => console.log(code))
        .on("data", (data) => console.log(String(data)));`,
    });
    const outcome = async (...flags: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await startCordonRun(user, directory, [...flags, "main.js"]);
      return stdout.trim() || stderr;
    };
    const restricted = "--restricted-outgoing-addresses=127.0.0.0/8,10.0.0.0/8";
    assert.equal(await outcome("--restricted-outgoing-addresses=10.0.0.0/8"), "hello");
    assert.equal(await outcome(restricted), "ERR_ACCESS_DENIED");
    assert.equal(await outcome(restricted, "--allowed-outgoing-ports=1"), "ERR_ACCESS_DENIED");
    // An option between them parts nothing.
    assert.equal(await outcome(`--allowed-outgoing-ports=${port}`, "--verbose", restricted), "hello");
    assert.equal(await outcome(`--allowed-outgoing-ports=${port}`), "hello");
    assert.equal(await outcome("--allowed-outgoing-ports=1"), "ERR_ACCESS_DENIED");
  });
}
