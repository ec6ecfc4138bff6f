// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { directoryWith, outcomeOf, run, start } from "./support/cells.ts";

const MEGABYTE = 1024 * 1024;

suite("standard streams", { concurrency: 3 }, () => {
  test("stdin arrives, stdout and stderr leave, each by itself", async (t) => {
    const code = `
      process.stdin.setEncoding('utf8').on('data', (text) => process.stdout.write(text.toUpperCase()))
        .on('end', () => process.stderr.write('end of input'));
    `;
    const cell = await start(t, { code });
    cell.stdin?.end("straße, 日本\n");
    const { stdout, stderr, exit } = await outcomeOf(cell);
    assert.equal(stdout, "STRASSE, 日本\n");
    assert.equal(stderr, "end of input");
    assert.equal(exit.code, 0);
  });

  test("input and output of many megabytes come through whole", async (t) => {
    const cell = await start(t, { code: "process.stdin.pipe(process.stdout)" });
    const [wrote, read] = [createHash("sha256"), createHash("sha256")];
    function* chunks(): Generator<Buffer> {
      for (let index = 0; index < 16; index++) {
        const chunk = Buffer.alloc(MEGABYTE, `chunk ${index} `);
        wrote.update(chunk);
        yield chunk;
      }
    }
    assert.ok(cell.stdin && cell.stdout);
    await Promise.all([pipeline(Readable.from(chunks()), cell.stdin), pipeline(cell.stdout, read)]);
    assert.equal(read.digest("hex"), wrote.digest("hex"));
    assert.equal((await cell.exited).code, 0);
  });

  test("what was written before `process.exit` is there at the end", async (t) => {
    const { stdout } = await run(t, {
      code: "require('node:fs').writeSync(1, 'x'.repeat(100000)); console.log('last'); process.exit(0)",
    });
    assert.equal(stdout.length, 100_005);
    assert.ok(stdout.endsWith("last\n"));
  });

  test("a reader that goes away is told to the program as without a cell", async (t) => {
    const code = `
      process.stdout.on('error', (error) => { process.stderr.write(error.code); process.exit(3); });
      setInterval(() => process.stdout.write('x'.repeat(100000)), 1);
    `;
    const cell = await start(t, { code });
    assert.ok(cell.stdout && cell.stderr);
    await once(cell.stdout, "data");
    cell.stdout.destroy();
    assert.equal(await text(cell.stderr), "EPIPE");
    assert.equal((await cell.exited).code, 3);
  });

  test("with `ignore` there are no streams, and the program finds /dev/null", async (t) => {
    const code = "console.log('nobody reads'); process.exit(require('node:fs').readFileSync(0).length)";
    const cell = await start(t, { code, stdio: "ignore" });
    assert.deepEqual([cell.stdin, cell.stdout, cell.stderr], [null, null, null]);
    assert.equal((await cell.exited).code, 0);
  });

  test("a terminal that is handed on stays a terminal, with its size", async (t) => {
    const root = directoryWith(t, {
      "main.js":
        "const { isTTY, columns } = process.stdout; console.log('tty', process.stdin.isTTY, isTTY, columns > 0)",
    });
    const host = join(import.meta.dirname, "programs/host.ts");
    const command = `stty cols 90 && ${process.execPath} ${host} inherit ${root}/main.js`;
    const terminal = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"]);
    const [said] = await Promise.all([text(terminal.stdout), once(terminal, "exit")]);
    assert.match(said, /tty true true true/);
  });
});
