// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import type { CellLimit } from "../src/index.ts";
import { outcomeOf, type Setting, start } from "./support/cells.ts";

interface Told {
  readonly said: string;
  readonly stderr: string;
  readonly met: readonly CellLimit[];
}

async function told(t: TestContext, setting: Setting): Promise<Told> {
  const cell = await start(t, setting);
  const met: CellLimit[] = [];
  cell.on("limit", (limit) => met.push(limit));
  const { stdout, stderr } = await outcomeOf(cell);
  return { said: stdout, stderr, met };
}

const summary = ({ limit, effect, by, value }: CellLimit): object => ({ limit, effect, by, value });
const scratch = ["--allow-fs-write=/tmp", "--allow-fs-read=/tmp"];

suite("limits that the kernel tells the program alone", { concurrency: 2 }, () => {
  test("descriptors: the error names the limit, and the host hears of it", async (t) => {
    const code = `
      const { openSync } = require("node:fs");
      try { for (;;) openSync(__filename); } catch ({ code, limit, message }) { console.log(code, limit, message); }`;
    const { said, met } = await told(t, { code, flags: ["--limit-open-files=64"] });
    assert.match(
      said,
      /^EMFILE openFiles EMFILE: .*: the limit `openFiles` of 64 is met\. Raise it with --limit-open-files\n$/,
    );
    assert.deepEqual(met.map(summary), [{ limit: "openFiles", effect: "refused", by: "rlimit", value: 64 }]);
  });

  test("an error that nobody catches names it too", async (t) => {
    const code = `
      const fs = require("node:fs");
      const file = fs.openSync("/tmp/large", "w");
      for (;;) fs.writeSync(file, Buffer.alloc(65536));`;
    const { stderr, met } = await told(t, { code, flags: [...scratch, "--limit-scratch=1MB"] });
    assert.match(stderr, /ENOSPC: no space left on device, write: the limit `scratch` of 1MB is met\./);
    assert.deepEqual(met.map(summary), [
      { limit: "scratch", effect: "refused", by: "tmpfs", value: 1_048_576 },
    ]);
  });

  test("files of the private /tmp are a limit of their own", async (t) => {
    const code = `
      const { promises, writeFileSync } = require("node:fs");
      (async () => {
        let made = 0;
        try { for (;; made++) writeFileSync("/tmp/" + made, ""); } catch ({ code, limit }) { console.log(made, code, limit); }
        await promises.writeFile("/tmp/more", "").catch(({ code, limit }) => console.log(code, limit));
      })();`;
    const { said, met } = await told(t, { code, flags: [...scratch, "--limit-scratch-files=50"] });
    const [, made = "", rest] = /^(\d+) ([^]*)$/.exec(said) ?? [];
    assert.equal(rest, "ENOSPC scratchFiles\nENOSPC scratchFiles\n");
    assert.ok(Number(made) >= 40 && Number(made) < 50, made);
    assert.deepEqual(met.map(summary), [
      { limit: "scratchFiles", effect: "refused", by: "tmpfs", value: 50 },
    ]);
  });

  test("without the limit nothing is met", async (t) => {
    const code = `
      const { openSync, writeFileSync } = require("node:fs");
      for (let index = 0; index < 100; index++) { openSync(__filename); writeFileSync("/tmp/" + index, Buffer.alloc(20_000)); }
      console.log("done");`;
    const { said, met } = await told(t, { code, flags: scratch });
    assert.equal(said, "done\n");
    assert.deepEqual(met, []);
  });

  test("what a program makes up is its own limits' names, once a second", async (t) => {
    const code = `
      const { writeSync } = require("node:fs");
      for (let index = 0; index < 2000; index++) writeSync(3, "limit openFiles\\nlimit scratch\\nlimit memory\\nlimit \\u001b[31m\\n");`;
    const { met } = await told(t, { code, flags: ["--limit-open-files=64"] });
    assert.ok(met.length >= 1 && met.length <= 8, String(met.length));
    assert.ok(
      met.every(({ limit, effect }) => ["openFiles", "scratch"].includes(limit) && effect === "refused"),
    );
  });
});

test("what is used of them can be asked while the cell runs", async (t) => {
  const code = `
    const { openSync, writeFileSync } = require("node:fs");
    for (let index = 0; index < 50; index++) openSync(__filename);
    for (let index = 0; index < 10; index++) writeFileSync("/tmp/" + index, Buffer.alloc(100_000));
    console.log("x".repeat(999));
    setInterval(() => {}, 1000);`;
  const cell = await start(t, {
    code,
    flags: [...scratch, "--limit-output=1MB", "--limit-connections=4"],
  });
  await new Promise((resolve) => cell.stdout?.once("data", resolve));
  const usage = await cell.usage();
  assert.ok(usage.openFiles >= 50 && usage.openFiles < 200, String(usage.openFiles));
  assert.ok(usage.scratch >= 1_000_000 && usage.scratch < 2_000_000, String(usage.scratch));
  // The directory itself counts, and what the kernel keeps beside it.
  assert.ok(usage.scratchFiles >= 11 && usage.scratchFiles <= 14, String(usage.scratchFiles));
  assert.equal(usage.output, 1000);
  assert.equal(usage.connections, 0);
});
