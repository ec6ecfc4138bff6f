// SPDX-License-Identifier: Apache-2.0
// `cordon run --with` and `cordon oci` under the runtimes of this machine's distribution.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, openSync, readFileSync, statSync, writeFileSync, closeSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withRuntimes } from "../../../tools/runtimes/fetch.ts";
import { runtimes, siteFor, users } from "./support/containers.ts";

const ECHO = `
  process.stdout.write(JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() }) + "\\n");
  process.stderr.write("to the other\\n");
  process.stdin.on("data", (data) => process.stdout.write(data)).on("end", () => process.exit(7));
`;
const REFUSED = `
  const tried = {};
  const attempt = (name, work) => {
    try { tried[name] = String(work()); } catch (error) { tried[name] = error.code + " " + error.message; }
  };
  const fs = require("node:fs");
  attempt("read", () => fs.readFileSync("/etc/hostname"));
  attempt("write", () => fs.writeFileSync("new", ""));
  attempt("spawn", () => require("node:child_process").execFileSync("/bin/sh", ["-c", "id"]));
  attempt("worker", () => new (require("node:worker_threads").Worker)(""));
  attempt("drop", () => process.permission.drop("fs.read"));
  require("node:net").connect(80, "192.0.2.1").on("error", (error) => {
    tried.connect = error.code + " " + error.message;
    console.log(JSON.stringify(tried));
  });
`;
const WAIT = `
  process.stdout.write("up\\n");
  if (process.argv[2] === "handle") {
    process.on("SIGTERM", () => process.exit(3));
    process.stdout.write("handles\\n");
    setInterval(() => {}, 1000);
  } else for (;;);
`;

for (const runtime of runtimes) {
  for (const user of users) {
    const named = (what: string): string => `${runtime}, ${user}: ${what}`;

    test(named("streams, arguments, variables and the exit code are the program's"), (t) => {
      const site = siteFor(t, user, { "echo.js": ECHO });
      const words = ["run", `--with=${runtime}`, "--allow-env=GREETING", "echo.js", "a", "--with=b"];
      const { status, stdout, stderr } = site.cordon(words, "a line\n");
      const [first = "", rest] = stdout.split("\n");
      assert.equal(stderr, "to the other\n");
      assert.deepEqual(JSON.parse(first), {
        args: ["a", "--with=b"],
        env: { GREETING: "hello" },
        cwd: site.directory,
      });
      assert.deepEqual({ status, rest }, { status: 7, rest: "a line" });
      assert.deepEqual(site.leftovers(), []);
    });

    test(named("what is refused says which grant would help"), (t) => {
      const site = siteFor(t, user, { "refused.js": REFUSED });
      const { stdout, stderr } = site.cordon(["run", `--with=${runtime}`, "refused.js"]);
      assert.ok(stdout.startsWith("{"), stderr);
      const tried = JSON.parse(stdout) as Record<string, string>;
      assert.match(tried["read"] ?? "", /^ERR_ACCESS_DENIED .*--allow-fs-read=\/etc\/hostname/);
      assert.match(tried["write"] ?? "", /^ERR_ACCESS_DENIED .*--allow-fs-write/);
      assert.match(tried["spawn"] ?? "", /^ERR_ACCESS_DENIED/);
      assert.match(tried["worker"] ?? "", /^ERR_ACCESS_DENIED/);
      assert.match(tried["connect"] ?? "", /--allow-net=192\.0\.2\.1:80/);
      assert.match(tried["drop"] ?? "", /^ERR_DROP_NOT_HELD .*nobody can take it away/);
    });

    test(
      named("what is granted is there, what is denied in it is not, and the scratch has its size"),
      (t) => {
        const site = siteFor(t, user, {
          "granted.js": `
          const fs = require("node:fs");
          const code = (work) => { try { work(); return "ok"; } catch (error) { return error.code; } };
          console.log([
            code(() => fs.readFileSync("data.txt")),
            code(() => fs.readFileSync("secret.txt")),
            code(() => fs.writeFileSync("/tmp/small", Buffer.alloc(1000))),
            code(() => fs.writeFileSync("/tmp/large", Buffer.alloc(4 << 20))),
            require("node:child_process").execFileSync("/bin/sh", ["-c", "echo shell"]).toString().trim(),
          ].join(" "));`,
          "data.txt": "data",
          "secret.txt": "secret",
        });
        const { stdout, stderr } = site.cordon([
          "run",
          `--with=${runtime}`,
          "--allow-fs-read=.,/tmp",
          "--deny-fs-read=./secret.txt",
          "--allow-fs-write=/tmp",
          "--limit-scratch=1MB",
          "--allow-run=/bin/sh",
          "granted.js",
        ]);
        assert.equal(stdout, "ok ERR_ACCESS_DENIED ok ENOSPC shell\n", stderr);
      },
    );

    test(named("a signal reaches the program's handler, and ends a program that has none"), async (t) => {
      const site = siteFor(t, user, { "wait.js": WAIT });
      for (const [word, line, signal, expected] of [
        ["handle", "handles", "SIGTERM", 3],
        ["spin", "up", "SIGINT", 130],
      ] as const) {
        const child = site.start(["run", `--with=${runtime}`, "wait.js", word]);
        const ended = once(child, "exit");
        assert.ok(child.stdout);
        let heard = "";
        for await (const data of child.stdout.iterator({ destroyOnReturn: false })) {
          heard += String(data);
          if (heard.includes(`${line}\n`)) break;
        }
        child.stdout.resume();
        child.kill(signal);
        assert.deepEqual(await ended, [expected, null]);
        assert.deepEqual(site.leftovers(), []);
      }
    });

    test(named("a command that is killed leaves no container and no bundle"), async (t) => {
      const site = siteFor(t, user, { "wait.js": WAIT });
      const child = site.start(["run", `--with=${runtime}`, "wait.js", "spin"]);
      assert.ok(child.stdout);
      await once(child.stdout, "data");
      const output = text(child.stdout);
      child.kill("SIGKILL");
      // The program holds the other end: this comes to an end with it.
      await output;
      const deadline = AbortSignal.timeout(20_000);
      while (site.leftovers().length > 0) await sleep(20, undefined, { signal: deadline });
    });

    test(named("a limit on the wall time ends it, and is named"), (t) => {
      const site = siteFor(t, user, { "wait.js": WAIT });
      const { status, stderr } = site.cordon(["run", `--with=${runtime}`, "--limit-wall-time=2s", "wait.js"]);
      assert.equal(status, 137);
      assert.match(stderr, /limit `wallTime` of 2s/);
      assert.deepEqual(site.leftovers(), []);
    });

    test(named("a bundle is what the runtime runs, and nobody else reads its variables"), (t) => {
      const site = siteFor(t, user, { "echo.js": ECHO });
      const bundle = join(site.directory, "bundle");
      const written = site.cordon([
        "oci",
        `--with=${runtime}`,
        `--output=${bundle}`,
        "--json",
        "echo.js",
        "b",
      ]);
      assert.equal(written.status, 0, written.stderr);
      const { holds } = JSON.parse(written.stdout) as { holds: readonly { name: string; level: string }[] };
      assert.equal(holds.find(({ name }) => name === "fs.read")?.level, "full");
      assert.equal(holds.find(({ name }) => name === "events")?.level, "none");
      assert.equal(statSync(join(bundle, "config.json")).mode & 0o777, 0o600);
      const again = site.cordon(["oci", `--output=${bundle}`, "echo.js"]);
      assert.equal(again.status, 125);
      assert.match(again.stderr, /expected an empty directory/);
    });
  }

  test(`${runtime}: what rests on a supervisor is refused before anything is written`, (t) => {
    const site = siteFor(t, "ordinary", { "main.js": "" });
    const { status, stderr } = site.cordon([
      "run",
      `--with=${runtime}`,
      "--allow-net=example.com",
      "main.js",
    ]);
    assert.equal(status, 125);
    assert.match(stderr, /--allow-net.*`net\.connect` does not carry over to (runc|runsc)/);
    assert.deepEqual(site.leftovers(), []);
  });
}

test("runsc: what is written to a file is added to what is there", (t) => {
  const site = siteFor(t, "ordinary", { "main.js": 'console.log("second");' });
  const file = join(site.directory, "log");
  writeFileSync(file, "first\n");
  const descriptor = openSync(file, "a");
  const command = join(import.meta.dirname, "../../cli/bin/cordon.js");
  try {
    const { status } = spawnSync(process.execPath, [command, "run", "--with=runsc", "main.js"], {
      cwd: site.directory,
      env: withRuntimes(),
      stdio: ["ignore", descriptor, "inherit"],
    });
    assert.equal(status, 0);
  } finally {
    closeSync(descriptor);
  }
  assert.equal(readFileSync(file, "utf8"), "first\nsecond\n");
});

test("a runtime that is not there, or is none, is named", (t) => {
  const site = siteFor(t, "ordinary", { "main.js": "" });
  const missing = site.cordon(["run", "--with=/nowhere/runsc", "main.js"]);
  assert.equal(missing.status, 125);
  assert.match(missing.stderr, /\/nowhere\/runsc is not on PATH/);
  const unknown = site.cordon(["run", "--with=docker", "main.js"]);
  assert.match(unknown.stderr, /expected runc, crun, runsc/);
  assert.ok(!existsSync(join(site.directory, "bundle")));
});

test("a runtime that cannot run the container says why, and nothing is left", (t) => {
  const site = siteFor(t, "ordinary", { "main.js": "" });
  // An ordinary user's runc has no control group to set a limit in.
  const { status, stderr } = site.cordon(["run", "--with=runc", "--limit-memory=200MB", "main.js"]);
  assert.equal(status, 125);
  assert.match(stderr, /The cell did not start: runc: .*cgroup/);
  assert.deepEqual(site.leftovers(), []);
});
