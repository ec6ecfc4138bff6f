// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { mergePolicies, parsePolicyFile, type Policy } from "@cordon/policy";
import { Cell } from "../src/index.ts";
import { directoryWith, outcomeOf } from "./support/cells.ts";

const files = {
  "main.js": "console.log(require('./lib/a').a)",
  "lib/a.js": "exports.a = 1",
  "lib/b/c.js": "",
};
const hashOf = (text: string, algorithm = "sha256"): string =>
  `${algorithm}-${createHash(algorithm).update(text).digest("base64")}`;

function policyIn(root: string, document: object): Policy {
  return mergePolicies(parsePolicyFile(JSON.stringify(document), { file: "cordon.json", directory: root }));
}

function pinned(more: object = {}): { integrity: Record<string, string> } {
  const all = Object.entries(files).map(([name, text]) => [`./${name}`, hashOf(text)]);
  return { integrity: { ...Object.fromEntries(all), "./lib/": "listed", ...more } };
}

const startIn = (root: string, document: object): Promise<Cell> =>
  Cell.start({ entry: "main.js", directory: root, policy: policyIn(root, document) });

async function outputIn(context: TestContext, root: string, document: object): Promise<string> {
  const cell = await startIn(root, document);
  context.after(() => cell.stop({ grace: 0 }));
  cell.stdin?.end();
  const { stdout, stderr } = await outcomeOf(cell);
  return stdout + stderr;
}

suite("pinned files", { concurrency: 3 }, () => {
  const allow = { "fs.read": ["./"] };

  test("a program runs whose files are as they were pinned, by any of three hashes", async (t) => {
    const root = directoryWith(t, files);
    assert.equal(await outputIn(t, root, { allow, ...pinned() }), "1\n");
    for (const algorithm of ["sha384", "sha512"]) {
      const document = { allow, ...pinned({ "./main.js": hashOf(files["main.js"], algorithm) }) };
      assert.equal(await outputIn(t, root, document), "1\n");
    }
  });

  test("a changed file is refused with what was expected and what came", async (t) => {
    const root = directoryWith(t, files);
    writeFileSync(join(root, "lib/a.js"), "exports.a = 2");
    await assert.rejects(startIn(root, { allow, ...pinned() }), (error: Error & { code?: string }) => {
      assert.equal(error.code, "ERR_INTEGRITY");
      for (const text of [
        "/integrity/.~1lib~1a.js",
        join(root, "lib/a.js"),
        hashOf(files["lib/a.js"]),
        hashOf("exports.a = 2"),
      ])
        assert.ok(error.message.includes(text), `${error.message} has no ${text}`);
      return true;
    });
  });

  test("a missing file and one that nobody pinned are refused, and name themselves", async (t) => {
    const root = directoryWith(t, files);
    writeFileSync(join(root, "lib/b/new.js"), "");
    await assert.rejects(startIn(root, { allow, ...pinned() }), {
      code: "ERR_INTEGRITY_UNLISTED",
      message: new RegExp(`${root}/lib/b/new.js is not pinned`),
    });
    rmSync(join(root, "lib/b"), { recursive: true });
    await assert.rejects(startIn(root, { allow, ...pinned() }), {
      code: "ERR_INTEGRITY_MISSING",
      message: new RegExp(`${root}/lib/b/c.js is not there`),
    });
  });

  test("what is pinned is not written, whatever is granted", async (t) => {
    const code =
      "try { require('node:fs').writeFileSync('lib/a.js', 'x') } catch (error) { console.log(error.code) }";
    const root = directoryWith(t, { ...files, "main.js": code });
    const document = {
      allow: { "fs.read": ["./"], "fs.write": ["./"] },
      ...pinned({ "./main.js": hashOf(code) }),
    };
    assert.equal(await outputIn(t, root, document), "ERR_ACCESS_DENIED\n");
  });
});
