// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

const root = dirname(dirname(import.meta.dirname));
// The set-up is plain JavaScript, which has no types to import.
const { isInstalled } = (await import(join(root, "tools/setup/dependencies.mjs"))) as {
  isInstalled(directory: string): boolean;
};
const scratch = mkdtempSync(join(tmpdir(), "cordon-setup-"));
after(() => rmSync(scratch, { recursive: true }));

test("of two set-ups at once, one waits for the other", async () => {
  const log = join(scratch, "log");
  const program = `
    import { appendFileSync } from "node:fs";
    import { onlyOnce } from ${JSON.stringify(join(root, "tools/setup/only-once.mjs"))};
    await onlyOnce(${JSON.stringify(scratch)}, () => {
      appendFileSync(${JSON.stringify(log)}, "in ");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      appendFileSync(${JSON.stringify(log)}, "out ");
    });`;
  const start = () => promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  await Promise.all([start(), start(), start()]);
  assert.equal(readFileSync(log, "utf8"), "in out in out in out ");
});

/** A directory with a lockfile that wants `version` of one package, and a tree that has `present`. */
function tree(name: string, version: string, present: string | undefined, optional = false): string {
  const directory = join(scratch, name);
  mkdirSync(join(directory, "node_modules"), { recursive: true });
  const lockfile = (entry: object | undefined) =>
    JSON.stringify({ packages: entry === undefined ? {} : { "node_modules/a": entry } });
  writeFileSync(join(directory, "package-lock.json"), lockfile({ version, integrity: "sha512-x", optional }));
  writeFileSync(
    join(directory, "node_modules/.package-lock.json"),
    lockfile(present === undefined ? undefined : { version: present, integrity: "sha512-x" }),
  );
  return directory;
}

test("dependencies are stale when the tree is not what the lockfile says", () => {
  assert.equal(isInstalled(tree("same", "1.0.0", "1.0.0")), true);
  assert.equal(isInstalled(tree("older", "1.0.1", "1.0.0")), false);
  assert.equal(isInstalled(tree("missing", "1.0.0", undefined)), false);
  assert.equal(isInstalled(tree("optional", "1.0.0", undefined, true)), true);
  assert.equal(isInstalled(join(scratch, "nothing at all")), false);
});
