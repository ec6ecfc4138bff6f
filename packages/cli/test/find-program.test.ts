// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { findProgram } from "../src/program/find.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "cordon-find-")));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
mkdirSync(join(root, "node_modules/tool/bin"), { recursive: true });
mkdirSync(join(root, "src/deep"), { recursive: true });
writeFileSync(join(root, "node_modules/tool/bin/tool"), "#!/usr/bin/env node\n");
writeFileSync(join(root, "node_modules/tool/bin/native"), "\u007fELF");
symlinkSync("../tool/bin/tool", join(root, "node_modules/.bin/tool"));
symlinkSync("../tool/bin/native", join(root, "node_modules/.bin/native"));
writeFileSync(join(root, "src/app.js"), "");

test("a file is found from the working directory, with or without .js", () => {
  assert.equal(findProgram("src/app.js", root), join(root, "src/app.js"));
  assert.equal(findProgram("./src/app", root), join(root, "src/app.js"));
});

test("a program is found in the nearest node_modules/.bin, as the file that its link points to", () => {
  assert.equal(findProgram("tool", join(root, "src/deep")), join(root, "node_modules/tool/bin/tool"));
});

test("a file of the working directory comes before a program of the same name", () => {
  writeFileSync(join(root, "src/tool"), "");
  assert.equal(findProgram("tool", join(root, "src")), join(root, "src/tool"));
});

test("what is not there is refused, and so is what Node cannot load", () => {
  assert.throws(() => findProgram("nothing", root), { code: "ERR_PROGRAM_NOT_FOUND" });
  assert.throws(() => findProgram("./tool", root), { code: "ERR_PROGRAM_NOT_FOUND" });
  assert.throws(() => findProgram("native", root), { code: "ERR_PROGRAM_NOT_EXECUTABLE" });
});
