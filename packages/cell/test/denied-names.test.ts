// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { Cell } from "../src/index.ts";
import { directoryWith, outcomeOf, policyOf, run } from "./support/cells.ts";

const everything = ["--allow-fs-read={root}/work", "--allow-fs-write={root}/work"];

/** What a shell script prints in a directory where paths are denied that are not there, and the directory. */
async function shell(
  context: TestContext,
  script: string,
  denials: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<{ lines: readonly string[]; root: string; denied: readonly string[] }> {
  const code = `
    const { spawnSync } = require('node:child_process');
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', ${JSON.stringify(script)}], { encoding: 'utf8', cwd: 'work' });
    process.stdout.write(stdout + stderr);
  `;
  const root = directoryWith(context, { "main.js": code, "work/there": "there", ...files });
  const flags = [...everything, "--allow-run", ...denials];
  const cell = await Cell.start({ entry: "main.js", directory: root, policy: policyOf(flags, root) });
  cell.stdin?.end();
  const { stdout, denied } = await outcomeOf(cell);
  const told = denied.map(({ scope, resource }) => `${scope} ${resource.replace(root, "")}`);
  return { lines: stdout.trim().split("\n"), root, denied: told };
}

suite("paths that are denied and not there", { concurrency: 3 }, () => {
  test("all else in the directory can be made, written, read, renamed and removed", async (t) => {
    const script = `set -e; echo a > new; cat new; mkdir -p d/e; mv new d/e/f; ln d/e/f g; ln -s d h; cat h/e/f; rm g; rmdir d/x 2>/dev/null || true;
      umask 077; echo x > private; stat -c %a private; truncate -s 3 there; cat there; echo; exec 9<>there; echo ok >&9; head -1 /proc/self/status; ls`;
    const { lines, denied } = await shell(t, script, ["--deny-fs-read={root}/work/.env"]);
    const expected = ["a", "a", "600", "the", "Name:\thead", "d", "h", "private", "there"];
    assert.deepEqual(lines, expected);
    assert.deepEqual(denied, []);
  });

  test("the path itself cannot be made in any way, and the host hears of it", async (t) => {
    const ways = [
      "echo x > .env",
      "mkdir .env",
      "echo x > a; mv a .env",
      "ln there .env",
      "ln -s there .env",
      "ln -s .env link; echo x > link",
      "cd .. && echo x > work/../work/./.env",
    ];
    for (const script of ways) {
      const { root, denied } = await shell(t, script, ["--deny-fs-read={root}/work/.env"]);
      assert.ok(!existsSync(join(root, "work/.env")), script);
      assert.deepEqual(denied, ["fs.read /work/.env"], script);
    }
  });

  test("its parents can be made, but nothing can be put in their place", async (t) => {
    const deny = ["--deny-fs-write={root}/work/.git/hooks/x"];
    const made = await shell(t, "mkdir -p .git/hooks && echo y > .git/hooks/y && cat .git/hooks/y", deny);
    assert.deepEqual(made.lines, ["y"]);
    const ways = [
      "mkdir -p .git/hooks; echo x > .git/hooks/x",
      "mkdir -p t/hooks; echo x > t/hooks/x; mv t .git",
      "mkdir -p .git t; echo x > t/x; mv t .git/hooks",
      "mkdir t; echo x > t/x; mkdir .git; ln -s ../t .git/hooks",
      "mkdir -p t/hooks; echo x > t/hooks/x; ln -s t .git",
    ];
    for (const script of ways) {
      const { root, denied } = await shell(t, script, deny);
      assert.ok(!existsSync(join(root, "work/.git/hooks/x")), script);
      assert.equal(denied.length, 1, script);
    }
    const moved = await shell(t, "mv .git/hooks .git/h2; ls .git", deny, { "work/.git/hooks/y": "" });
    assert.deepEqual(moved.lines[0], "hooks");
  });

  test("a denied pattern holds for a name that comes later, but for what is granted inside of it", async (t) => {
    const script =
      "echo x > .env.local; cat .env.example; echo; echo more >> .env.example; echo x > .environment; ls -A";
    const denials = [
      "--deny-fs-read={root}/work/.env*",
      "--allow-fs-read={root}/work/.env.example",
      "--allow-fs-write={root}/work/.env.example",
    ];
    const { lines, root } = await shell(t, script, denials, { "work/.env.example": "example" });
    assert.equal(lines[0], "example");
    assert.ok(!existsSync(join(root, "work/.env.local")) && !existsSync(join(root, "work/.environment")));
    assert.equal(readFileSync(join(root, "work/.env.example"), "utf8"), "examplemore\n");
  });

  test("what the host makes there later can be neither read nor written nor removed", async (t) => {
    const code = `
      const fs = require('node:fs');
      const { spawnSync } = require('node:child_process');
      process.stdin.once('data', () => {
        for (const path of ['work/.env', 'work/link', 'work/only-read'])
          try { console.log(fs.readFileSync(path, 'utf8')); } catch (error) { console.log(error.code); }
        for (const script of ['cat .env', 'cat link', 'echo x >> .env', 'rm .env', 'ln .env copy', 'mv .env copy', 'truncate -s 0 only-read',
          'echo x >> only-read', 'cat only-read'])
          console.log(spawnSync('/bin/sh', ['-c', script], { cwd: 'work', encoding: 'utf8' }).stdout || 'refused');
        process.exit();
      });
      console.log('waiting');
    `;
    const root = directoryWith(t, { "main.js": code, "work/link": "-> .env" });
    const flags = [...everything, "--allow-run"];
    const denials = ["--deny-fs-read={root}/work/.env", "--deny-fs-write={root}/work/only-read"];
    const policy = policyOf([...flags, ...denials], root);
    const cell = await Cell.start({ entry: "main.js", directory: root, policy });
    cell.stdout?.once("data", () => {
      writeFileSync(join(root, "work/.env"), "SECRET", { mode: 0o666 });
      writeFileSync(join(root, "work/only-read"), "read me", { mode: 0o666 });
      cell.stdin?.write("go\n");
    });
    const { stdout, stderr } = await outcomeOf(cell);
    const refused = Array.from({ length: 8 }, () => "refused");
    const lines = ["ERR_ACCESS_DENIED", "ERR_ACCESS_DENIED", "read me", ...refused, "read me"];
    assert.deepEqual(stdout.trim().split("\n").slice(1), lines, stderr);
    assert.equal(readFileSync(join(root, "work/.env"), "utf8"), "SECRET");
  });

  test("the supervisor's helper is nobody's child and holds nothing open", async (t) => {
    const code = `
      const { spawnSync } = require('node:child_process');
      console.log(require('node:fs').readdirSync('work').join(), spawnSync('/bin/sh', ['-c', 'wait; echo $?'], { encoding: 'utf8' }).stdout.trim());
    `;
    const flags = [...everything, "--allow-run", "--deny-fs-read={root}/work/.env"];
    for (const walls of [undefined, ["filters", "runtime"]] as const) {
      const files = { "work/there": "" };
      const { stdout, stderr, exit } = await run(t, { code, files, flags, ...(walls && { walls }) });
      assert.equal(stdout, "there 0\n", stderr);
      assert.equal(exit.code, 0);
    }
  });

  test("without the filters' wall it is refused before the start", async (t) => {
    const flags = [...everything, "--deny-fs-read={root}/work/.env"];
    const files = { "work/there": "" };
    await assert.rejects(run(t, { code: "", files, flags, walls: ["namespaces", "runtime"] }), {
      code: "ERR_DENY_MISSING_PATH",
    });
  });
});
