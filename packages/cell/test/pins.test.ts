// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { suite, test, type TestContext } from "node:test";
import { mergePolicies, parsePolicyFile, type Policy, type WallName } from "@cordon/policy";
import { Cell, planFor } from "../src/index.ts";
import { startSupervisor } from "../src/supervisor.ts";
import { directoryWith, outcomeOf } from "./support/cells.ts";

const helper = (word: string): string => `
#include <unistd.h>
int main(void) { return write(1, "${word}\\n", 5) != 5; }
`;

/** Two programs of the same length, one of which says `good`. */
function helpers(context: TestContext): { root: string; tool: string; evil: string } {
  const root = directoryWith(context, {
    "good.c": helper("good"),
    "evil.c": helper("evil"),
    "main.js": `
      const { spawnSync } = require('node:child_process');
      const { error, stdout, status } = spawnSync(process.argv[2], { encoding: 'utf8' });
      console.log(error?.code ?? (stdout.trim() || 'ended ' + status));
    `,
  });
  mkdirSync(join(root, "bin"));
  for (const name of ["good", "evil"]) {
    const built = spawnSync("cc", ["-static", "-o", join(root, name), join(root, `${name}.c`)], {
      encoding: "utf8",
    });
    assert.equal(built.status, 0, built.stderr);
  }
  copyFileSync(join(root, "good"), join(root, "bin/tool"));
  return { root, tool: join(root, "bin/tool"), evil: join(root, "evil") };
}

function pinned(root: string, tool: string, more: object = {}): Policy {
  const sha256 = createHash("sha256")
    .update(readFileSync(join(root, "good")))
    .digest("hex");
  const policy = { allow: { run: [{ program: tool, sha256 }], ...more } };
  return mergePolicies(parsePolicyFile(JSON.stringify(policy), { file: "cordon.json", directory: root }));
}

/** What a program that is started under an earlier plan says, or why it was not. */
async function startUnder(plan: Awaited<ReturnType<typeof planFor>>): Promise<string> {
  const supervisor = await startSupervisor(plan, "pipe", false);
  const [status, said] = await Promise.all([
    text(supervisor.status),
    text(supervisor.process.stdout ?? process.stdin),
  ]);
  const failed = /"event":"failed".*?"step":"(\w+)","errno":"(\w+)"/.exec(status);
  return failed === null ? said.trim() : `${failed[1]} ${failed[2]}`;
}

const settings: readonly (readonly WallName[])[] = [
  ["namespaces", "filters", "runtime"],
  ["namespaces", "runtime"],
  ["filters", "runtime"],
];

suite("a pinned program", { concurrency: 2 }, () => {
  test("runs as long as it is the file that was hashed, whichever wall is missing", async (t) => {
    const { root, tool } = helpers(t);
    for (const walls of settings) {
      const options = { entry: "main.js", args: [tool], directory: root, policy: pinned(root, tool), walls };
      await using cell = await Cell.start(options);
      const { stdout, stderr } = await outcomeOf(cell);
      assert.equal(stdout, "good\n", stderr);
    }
  });

  test("does not run when another was put in its place after it was hashed", async (t) => {
    for (const walls of settings) {
      const ways: Readonly<Record<string, (tool: string, evil: string) => void>> = {
        rename: (tool, evil) => renameSync(evil, tool),
        write: (tool, evil) => writeFileSync(tool, readFileSync(evil)),
        directory: (tool, evil) => {
          renameSync(join(tool, ".."), join(tool, "../../was"));
          mkdirSync(join(tool, ".."));
          renameSync(evil, tool);
        },
      };
      for (const [way, swap] of Object.entries(ways)) {
        const { root, tool, evil } = helpers(t);
        const options = {
          entry: "main.js",
          args: [tool],
          directory: root,
          policy: pinned(root, tool),
          walls,
        };
        const plan = await planFor(options);
        swap(tool, evil);
        chmodSync(tool, 0o755);
        assert.equal(await startUnder(plan), "pin ESTALE", `${way} ${walls.join()}`);
        await assert.rejects(Cell.start(options), { code: "ERR_INTEGRITY" });
      }
    }
  });

  test("is not another that comes to its place while the program runs, in a directory that may be read", async (t) => {
    const { root, tool, evil } = helpers(t);
    const code = `
      process.stdin.once('data', () => {
        const { error, stdout } = require('node:child_process').spawnSync('${tool}', { encoding: 'utf8' });
        console.log(error?.code ?? stdout.trim());
      });
      console.log('on');
    `;
    writeFileSync(join(root, "waits.js"), code);
    for (const walls of settings) {
      copyFileSync(join(root, "good"), tool);
      const policy = pinned(root, tool, { "fs.read": ["."] });
      await using cell = await Cell.start({ entry: "waits.js", directory: root, policy, walls });
      assert.ok(cell.stdout && cell.stdin);
      await once(cell.stdout, "data");
      copyFileSync(evil, join(root, "swapped"));
      renameSync(join(root, "swapped"), tool);
      const outcome = outcomeOf(cell);
      cell.stdin.end("go");
      const { stdout, stderr } = await outcome;
      assert.match(stdout, /^(good|EACCES|ENOENT|ERR_ACCESS_DENIED)\n$/, `${walls.join()} ${stderr}`);
    }
  });

  test("is never another, however fast somebody on the host swaps the two", async (t) => {
    const { root, tool, evil } = helpers(t);
    const accomplice: ChildProcess = spawn(
      process.execPath,
      ["-e", swapping, tool, evil, join(root, "third")],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    t.after(() => accomplice.kill("SIGKILL"));
    await once(accomplice.stdout ?? process.stdin, "data");
    const said = new Map<string, number>();
    for (let attempt = 0; attempt < 30; attempt++) {
      const options = { entry: "main.js", args: [tool], directory: root, policy: pinned(root, tool) };
      let answer: string;
      try {
        await using cell = await Cell.start(options);
        answer = (await outcomeOf(cell)).stdout.trim();
      } catch (error) {
        answer = String((error as { code?: string }).code);
      }
      said.set(answer, (said.get(answer) ?? 0) + 1);
    }
    const others = [...said.keys()].filter(
      (answer) =>
        !["good", "ENOENT", "ERR_INTEGRITY", "ERR_CELL_START", "ERR_GRANT_MISSING_PATH"].includes(answer),
    );
    assert.deepEqual(others, [], JSON.stringify([...said]));
    assert.ok((said.get("good") ?? 0) < 30, "the accomplice was in time at least once");
  });
});

/** Exchanges two files again and again, with pauses so short that both are found in place. */
const swapping = `
const { renameSync } = require("node:fs");
const [tool, evil, third] = process.argv.slice(1);
process.stdout.write("swapping");
const pause = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  renameSync(tool, third); renameSync(evil, tool); renameSync(third, evil);
  Atomics.wait(pause, 0, 0, Math.random() * 30);
}
`;
