// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

const command = join(import.meta.dirname, "../bin/cordon.js");

function project(context: TestContext): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "cordon-integrity-")));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "lib"));
  writeFileSync(join(root, "main.js"), "");
  writeFileSync(join(root, "lib/a.js"), "");
  return root;
}

const cordon = (cwd: string, ...args: string[]): string =>
  execFileSync(process.execPath, [command, ...args], { cwd, encoding: "utf8" });
const EMPTY = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

test("the hashes of files, and of all files of a directory, are printed", (t) => {
  assert.deepEqual(JSON.parse(cordon(project(t), "integrity", "main.js", "lib")), {
    integrity: { "./main.js": EMPTY, "./lib/": "listed", "./lib/a.js": EMPTY },
  });
});

test("written, they replace what was pinned, and leave the rest of the policy", (t) => {
  const root = project(t);
  const file = join(root, "cordon.json");
  writeFileSync(file, JSON.stringify({ allow: { worker: true }, integrity: { "./gone.js": EMPTY } }));
  cordon(root, "integrity", "--write", "main.js");
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), {
    allow: { worker: true },
    integrity: { "./main.js": EMPTY },
  });
  assert.equal(cordon(root, "run", "--policy=cordon.json", "main.js"), "");
  writeFileSync(join(root, "main.js"), "changed");
  const words = [command, "run", "--policy=cordon.json", "main.js"];
  const changed = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" });
  assert.equal(changed.status, 125);
  assert.match(changed.stderr, /main\.js has the hash sha256-.*, and sha256-47DEQ.* was pinned/);
});

test("what is no policy is not overwritten, and what cannot be pinned is named", (t) => {
  const root = project(t);
  const failing = (...args: string[]): string =>
    spawnSync(process.execPath, [command, "integrity", ...args], { cwd: root, encoding: "utf8" }).stderr;
  writeFileSync(join(root, "other.json"), '{"name": "x"}');
  assert.match(failing("--write", "--policy=other.json", "main.js"), /other\.json \/name: Unknown key/);
  assert.match(failing("missing.js"), /missing\.js cannot be read \(ENOENT\)/);
  assert.match(failing(), /expected files or directories/);
  assert.match(failing("--force", "main.js"), /--force is not a known option/);
  symlinkSync("a.js", join(root, "lib/link.js"));
  assert.match(failing("lib"), /lib\/link\.js is a link/);
});
