// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { cordonRun, ownDirectory, startCordonRun, type User, users } from "./support/users.ts";

// In every program: what a step gives, or the code of the error.
const HEAD = `
  const fs = require("node:fs");
  const { drop, has } = process.permission;
  const { spawnSync } = require("node:child_process");
  const said = {};
  const say = (name, step) => { try { said[name] = step() ?? null; } catch (error) { said[name] = error.code; } };
  const cat = (path) => spawnSync("/bin/cat", [path], { encoding: "utf8" }).stdout;
`;
const FILES = { "a.txt": "A", "b.txt": "B" };
const CHILDREN = ["--allow-run=/bin/cat"];

/** What the program said, under these flags. */
function said(
  context: TestContext,
  user: User,
  flags: readonly string[],
  source: string,
  files: Readonly<Record<string, string>> = FILES,
): Record<string, unknown> {
  const program = `${HEAD}${source}\nconsole.log(JSON.stringify(said));`;
  const directory = ownDirectory(context, user, { "main.cjs": program, ...files });
  const { stdout, stderr } = cordonRun(user, directory, [...flags, "main.cjs"]);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
}

for (const user of users) {
  test(`${user}: a file that is given up is gone by path, relatively, for a child, and stays so`, (t) => {
    const result = said(
      t,
      user,
      ["--allow-read=.", ...CHILDREN],
      `say("before", () => cat("a.txt"));
       drop("fs.read", "./a.txt");
       say("has", () => has("fs.read", "a.txt"));
       say("absolute", () => fs.readFileSync(__dirname + "/a.txt", "utf8"));
       say("relative", () => fs.readFileSync("a.txt", "utf8"));
       say("child", () => cat("a.txt"));
       say("childAbsolute", () => cat(__dirname + "/a.txt"));
       say("other", () => cat("b.txt") + fs.readFileSync("b.txt", "utf8"));`,
    );
    assert.deepEqual(result, {
      before: "A",
      has: false,
      absolute: "ERR_ACCESS_DENIED",
      relative: "ERR_ACCESS_DENIED",
      child: "",
      childAbsolute: "",
      other: "BB",
    });
  });

  test(`${user}: all reading that is given up is gone for a child in the working directory too`, (t) => {
    const result = said(
      t,
      user,
      ["--allow-read=.", ...CHILDREN],
      `const open = fs.openSync("b.txt");
       drop("fs.read");
       say("has", () => [has("fs.read"), has("fs.read", "b.txt"), has("fs"), has("run", "/bin/cat")]);
       say("child", () => cat("a.txt"));
       say("childAbove", () => cat("../" + require("node:path").basename(__dirname) + "/a.txt"));
       say("childAbsolute", () => cat(__dirname + "/a.txt"));
       say("program", () => fs.readFileSync(__filename));
       say("open", () => fs.readFileSync(open, "utf8"));`,
    );
    assert.deepEqual(result, {
      has: [false, false, false, true],
      child: "",
      childAbove: "",
      childAbsolute: "",
      program: "ERR_ACCESS_DENIED",
      open: "B",
    });
  });

  test(`${user}: what lies around the working directory is gone with it, going up from there too`, (t) => {
    const source = `${HEAD}
      say("before", () => cat("../a.txt"));
      drop("fs.read", require("node:path").dirname(process.cwd()));
      say("here", () => cat("b.txt"));
      say("up", () => cat("../a.txt"));
      say("around", () => cat("../sub/b.txt"));
      console.log(JSON.stringify(said));`;
    const directory = ownDirectory(t, user, { "a.txt": "A", "make.cjs": source });
    const sub = join(directory, "sub");
    mkdirSync(sub);
    writeFileSync(join(sub, "b.txt"), "B");
    const { stdout, stderr } = cordonRun(user, sub, ["--allow-read=..", ...CHILDREN, "../make.cjs"]);
    assert.deepEqual(JSON.parse(stdout || "{}"), { before: "A", here: "", up: "", around: "" }, stderr);
  });

  test(`${user}: under a grant of everything, giving up all reading leaves nothing to read or to run`, (t) => {
    const result = said(
      t,
      user,
      ["--allow-read", "--allow-write", "--allow-run"],
      `const echo = () => spawnSync("/bin/echo", ["hi"], { encoding: "utf8" }).stdout;
       const path = __dirname + "/a.txt";
       say("before", () => [has("fs"), cat("a.txt"), echo()]);
       const open = fs.openSync("b.txt");
       drop("fs");
       say("after", () => [has("fs"), cat("a.txt"), cat(path), cat("/etc/passwd"), cat("../../etc/passwd"), echo()]);
       say("own", () => fs.readFileSync("/etc/passwd"));
       say("open", () => fs.readFileSync(open, "utf8"));`,
    );
    assert.deepEqual(result, {
      before: [true, "A", "hi\n"],
      after: [false, null, null, null, null, null],
      own: "ERR_ACCESS_DENIED",
      open: "B",
    });
  });

  test(`${user}: writing that is given up ends while a file is open for it, below the working directory too`, (t) => {
    const result = said(
      t,
      user,
      ["--allow-read=.", "--allow-write=.", "--allow-run=/bin/touch"],
      `const touch = (path) => spawnSync("/bin/touch", [path]).status;
       const open = fs.openSync("b.txt", "a");
       fs.mkdirSync("sub");
       say("before", () => touch("one"));
       drop("fs.write", "sub");
       say("sub", () => touch("sub/x"));
       say("beside", () => touch("two"));
       drop("fs.write");
       say("child", () => [touch("three"), touch(__dirname + "/four"), touch("sub/../five")]);
       say("own", () => fs.writeFileSync("six", ""));
       say("open", () => { fs.writeSync(open, "B"); return fs.readFileSync("b.txt", "utf8"); });
       say("left", () => fs.readdirSync(".").filter((name) => !name.includes(".")).sort());`,
    );
    assert.deepEqual(result, {
      before: 0,
      sub: 1,
      beside: 0,
      child: [1, 1, 1],
      own: "ERR_ACCESS_DENIED",
      open: "BB",
      left: ["one", "sub", "two"],
    });
  });

  test(`${user}: what one thread gives up is gone in all, and the other way round`, (t) => {
    const result = said(
      t,
      user,
      ["--allow-read=.", "--allow-worker"],
      `const { Worker } = require("node:worker_threads");
       const flags = new Int32Array(new SharedArrayBuffer(8));
       const worker = new Worker(\`
         const { parentPort, workerData } = require("node:worker_threads");
         const fs = require("node:fs");
         const { drop, has } = process.permission;
         const before = has("fs.read", "a.txt");
         Atomics.store(workerData.flags, 0, 1); Atomics.notify(workerData.flags, 0);
         Atomics.wait(workerData.flags, 1, 0);
         const after = has("fs.read", "a.txt");
         let code; try { fs.readFileSync("a.txt"); } catch (error) { code = error.code; }
         drop("fs.read", "b.txt");
         parentPort.postMessage({ before, after, code, text: workerData.text });
         Atomics.store(workerData.flags, 0, 2); Atomics.notify(workerData.flags, 0);
       \`, { eval: true, workerData: { flags, text: "own" } });
       Atomics.wait(flags, 0, 0);
       drop("fs.read", "a.txt");
       Atomics.store(flags, 1, 1); Atomics.notify(flags, 1);
       Atomics.wait(flags, 0, 1);
       say("has", () => has("fs.read", "b.txt"));
       say("read", () => fs.readFileSync("b.txt", "utf8"));
       worker.once("message", (told) => console.log(JSON.stringify({ ...said, worker: told })));`,
    );
    const worker = { before: true, after: false, code: "ERR_ACCESS_DENIED", text: "own" };
    assert.deepEqual(result, { has: false, read: "ERR_ACCESS_DENIED", worker });
  });

  test(`${user}: programs and addons that are given up cannot be run any more`, (t) => {
    const result = said(
      t,
      user,
      ["--allow-run=/bin/cat,/bin/ls", "--allow-read=."],
      `const run = (path) => spawnSync(path, ["b.txt"]).status;
       say("before", () => [run("/bin/cat"), run("/bin/ls"), has("child"), has("run", "cat")]);
       drop("run", "/bin/cat");
       say("one", () => run("/bin/cat"));
       say("has", () => [has("run", "cat"), has("child", "/bin/ls"), has("child")]);
       say("other", () => run("/bin/ls"));
       drop("child");
       say("all", () => run("/bin/ls"));
       say("none", () => has("child"));`,
    );
    assert.deepEqual(result, {
      before: [0, 0, true, true],
      one: "ERR_ACCESS_DENIED",
      has: [false, true, true],
      other: 0,
      all: "ERR_ACCESS_DENIED",
      none: false,
    });
  });

  test(`${user}: variables that are given up are gone from the environment`, (t) => {
    const result = said(
      t,
      user,
      ["--allow-env=HOME,PATH", "--allow-read=/proc", "--allow-run=/usr/bin/env"],
      `const env = () => spawnSync("/usr/bin/env", { encoding: "utf8" }).stdout;
       say("before", () => [process.env.HOME !== undefined, /^HOME=/m.test(env())]);
       drop("env", "HOME");
       say("after", () => [has("env", "HOME"), process.env.HOME === undefined, /^HOME=/m.test(env()), has("env", "PATH")]);
       say("environ", () => fs.readFileSync("/proc/self/environ", "latin1").replaceAll("\\0", " ").includes("HOME="));`,
    );
    assert.deepEqual(result["before"], [true, true]);
    assert.deepEqual(result["after"], [false, true, false, true]);
    assert.equal(result["environ"], false);
  });

  test(`${user}: a connection that is given up is refused, whatever grant is more specific`, async (t) => {
    const server = createServer((socket) => socket.end());
    t.after(() => server.close());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const { port } = address;
    const source = `${HEAD}
      const connect = () => new Promise((resolve) => {
        const socket = require("node:net").connect(${port}, "127.0.0.1", () => { socket.destroy(); resolve("connected"); });
        socket.on("error", ({ code, message }) => resolve(code + message.includes("given up")));
      });
      (async () => {
        said.before = [has("net.connect", "127.0.0.1:${port}"), await connect()];
        drop("net.connect", "127.0.0.0/8:1-65535");
        said.after = [has("net.connect", "127.0.0.1:${port}"), await connect()];
        console.log(JSON.stringify(said));
      })();`;
    const directory = ownDirectory(t, user, { "main.cjs": source });
    const { stdout, stderr } = await startCordonRun(user, directory, [
      `--allow-net=127.0.0.1:${port}`,
      "main.cjs",
    ]);
    assert.notEqual(stdout, "", stderr);
    assert.deepEqual(JSON.parse(stdout), {
      before: [true, "connected"],
      after: [false, "ERR_ACCESS_DENIEDtrue"],
    });
  });

  test(`${user}: what is not held from outside is not reported done`, (t) => {
    const result = said(
      t,
      user,
      ["--allow-read=.", "--allow-write=."],
      `say("missing", () => drop("fs.write", "not-there"));
       say("has", () => has("fs.write", "not-there"));
       say("again", () => drop("fs.write", "not-there"));
       say("ungranted", () => drop("fs.write", "/etc/passwd"));
       fs.closeSync(4);
       say("closed", () => drop("fs.write"));`,
    );
    assert.deepEqual(result, {
      missing: "ERR_DROP_NOT_HELD",
      has: false,
      again: "ERR_DROP_NOT_HELD",
      ungranted: null,
      closed: "ERR_DROP_NOT_HELD",
    });
  });
}

test("a drop without the walls that would hold it says so", (t) => {
  const user = users.at(-1) ?? "ordinary";
  const source = `say("read", () => drop("fs.read", "a.txt"));
    say("error", () => { try { drop("fs.read"); } catch (error) { return error.message; } });
    say("still", () => cat("a.txt"));
    say("child", () => drop("child"));
    say("then", () => cat("a.txt"));`;
  const flags = ["--walls=filters,runtime", "--allow-read=.", ...CHILDREN];
  const result = said(t, user, flags, source);
  assert.equal(result["read"], "ERR_DROP_NOT_HELD");
  assert.match(String(result["error"]), /without the namespaces' wall only the runtime can hold it/);
  assert.equal(result["still"], "A");
  assert.equal(result["child"], null);
  assert.equal(result["then"], "ERR_ACCESS_DENIED");
});

test("without the runtime's wall there is process.permission all the same", (t) => {
  const user = users.at(-1) ?? "ordinary";
  const flags = ["--walls=namespaces,filters", "--allow-read=.", ...CHILDREN];
  const source = `say("before", () => [has("fs.read", "a.txt"), has("fs.write", "a.txt")]);
    drop("fs.read", "a.txt");
    say("after", () => [has("fs.read", "a.txt"), has("fs.read", "b.txt")]);
    say("own", () => fs.readFileSync("a.txt", "utf8"));
    say("child", () => cat("a.txt"));
    say("env", () => drop("env"));`;
  const result = said(t, user, flags, source);
  assert.deepEqual(result, {
    before: [true, false],
    after: [false, true],
    own: "EACCES",
    child: "",
    env: "ERR_DROP_NOT_HELD",
  });
});
