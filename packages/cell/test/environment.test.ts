// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { directoryWith, run } from "./support/cells.ts";

const env = { HOME: "/home/ann", AWS_REGION: "here", AWS_SECRET: "s", PATH: "/usr/bin:/bin", EMPTY: "" };
const show = "console.log(JSON.stringify(process.env))";
// Not granted to a program, so a child reads its own, which it got from the program's process.
const kernelsView = `
  const { execFileSync } = require('node:child_process');
  console.log(JSON.stringify(String(execFileSync('/bin/cat', ['/proc/' + process.pid + '/environ'])).split('\\0').sort()));
`;

// Node hands the flags of its own permission model on to its children in NODE_OPTIONS: they are none of the host's.
const ofChild = `function ofChild() {
  const lines = String(require('node:child_process').execFileSync('/usr/bin/env')).trim().split('\\n');
  return lines.filter((line) => !line.startsWith('NODE_OPTIONS=--permission')).join();
}`;

suite("the environment", { concurrency: 3 }, () => {
  test("nothing arrives without a grant, under no wall's absence", async (t) => {
    for (const walls of [undefined, ["filters", "runtime"], ["namespaces", "filters"]] as const) {
      const { stdout, stderr } = await run(t, { code: show, env, ...(walls === undefined ? {} : { walls }) });
      assert.equal(stdout, "{}\n", stderr);
    }
  });

  test("granted names and patterns arrive, all others are undefined", async (t) => {
    const code =
      "console.log(process.env.HOME, process.env.AWS_REGION, process.env.AWS_SECRET, process.env.PATH, 'PATH' in process.env)";
    const { stdout } = await run(t, { code, env, flags: ["--allow-env=HOME,AWS_*"] });
    assert.equal(stdout, "/home/ann here s undefined false\n");
  });

  test("a denied name inside a granted pattern does not arrive", async (t) => {
    const { stdout } = await run(t, {
      code: show,
      env,
      flags: ["--allow-env=AWS_*", "--deny-env=AWS_SECRET"],
    });
    assert.deepEqual(JSON.parse(stdout), { AWS_REGION: "here" });
    const all = await run(t, { code: show, env, flags: ["--allow-env", "--deny-env=AWS_*"] });
    assert.deepEqual(JSON.parse(all.stdout), { HOME: "/home/ann", PATH: "/usr/bin:/bin", EMPTY: "" });
    const exact = await run(t, { code: show, env, flags: ["--deny-env=AWS_*", "--allow-env=AWS_REGION"] });
    assert.deepEqual(JSON.parse(exact.stdout), { AWS_REGION: "here" });
  });

  test("what the kernel shows of the process agrees, and so does what a child inherits", async (t) => {
    const flags = ["--allow-run=/bin/cat,/usr/bin/env", "--allow-env=HOME"];
    const { stdout, stderr } = await run(t, { code: kernelsView, env, flags });
    assert.deepEqual(JSON.parse(stdout), ["", "HOME=/home/ann"], stderr);
    const child = `${ofChild}; console.log(ofChild())`;
    const inherited = await run(t, { code: child, env, flags });
    assert.equal(inherited.stdout, "HOME=/home/ann\n", inherited.stderr);
  });

  test("variables of the program's own come and go as under Node, and children get them", async (t) => {
    const code = `
      process.env.OWN = 7; delete process.env.HOME;
      console.log(typeof process.env.OWN, process.env.HOME, Object.keys(process.env).join(),
        ofChild());
      ${ofChild}
    `;
    const flags = ["--allow-run=/usr/bin/env", "--allow-env=HOME"];
    const { stdout, stderr } = await run(t, { code, env, flags });
    assert.equal(stdout, "string undefined OWN OWN=7\n", stderr);
  });

  test("a worker has its parent's variables, and no others", async (t) => {
    const code = `
      const { Worker, isMainThread, SHARE_ENV } = require('node:worker_threads');
      if (!isMainThread) console.log(JSON.stringify(process.env));
      else new Worker(__filename).on('exit', () => new Worker(__filename, { env: SHARE_ENV })
        .on('exit', () => console.log(JSON.stringify(process.env))));
    `;
    const { stdout, stderr } = await run(t, { code, env, flags: ["--allow-worker", "--allow-env=HOME"] });
    assert.equal(stdout, '{"HOME":"/home/ann"}\n'.repeat(3), stderr);
  });

  test("what the supervisor tells the runtime is closed before the program begins", async (t) => {
    const code = `
      const fs = require('node:fs');
      try { console.log(fs.fstatSync(5).isFile() && fs.fstatSync(5).nlink === 0); } catch (error) { console.log(error.code); }
    `;
    for (const walls of [
      ["namespaces", "filters", "runtime"],
      ["namespaces", "filters"],
    ] as const) {
      const { stdout, stderr } = await run(t, { code, walls });
      assert.match(stdout, /^(EBADF|false)\n$/, stderr);
    }
  });

  test("a policy with very many rules is handed over whole", async (t) => {
    const files = Object.fromEntries(
      Array.from({ length: 250 }, (_, index) => [`${"d".repeat(120)}/${index}/${"f".repeat(120)}`, "x"]),
    );
    const root = directoryWith(t, { ...files, "main.js": "" });
    const last = Object.keys(files).at(-1);
    const flags = Object.keys(files).map((name) => `--allow-fs-read=${root}/${name}`);
    const code = `console.log(require('node:fs').readFileSync(${JSON.stringify(`${root}/${last}`)}, 'utf8'))`;
    const { stdout, stderr } = await run(t, { code, flags });
    assert.equal(stdout, "x\n", stderr);
  });
});
