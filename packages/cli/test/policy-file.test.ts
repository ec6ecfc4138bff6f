// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { decide, parsePolicyFile } from "@cordon/policy";
import { loadPolicy } from "../src/policy-file/load.ts";
import { warnAboutUnnamedPolicy } from "../src/policy-file/unnamed.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "cordon-policy-file-")));
after(() => rmSync(root, { recursive: true }));

function write(path: string, content: object): string {
  const file = join(root, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
  return file;
}

test("without a file the policy is what the flags say: nothing", () => {
  const { policy, files } = loadPolicy({ grants: [], policyFile: undefined }, root);
  assert.deepEqual(files, []);
  assert.equal(policy["fs.read"].allow.length, 0);
});

test("a named file is taken, and what it extends is added, each relative to its own place", () => {
  const base = write("base/base.json", { allow: { "fs.read": ["./shared"] } });
  const file = write("project/cordon.json", {
    extends: "../base/base.json",
    allow: { "fs.read": ["./src"] },
  });
  const { policy, files } = loadPolicy({ grants: [], policyFile: "cordon.json" }, join(root, "project"));
  assert.deepEqual(files, [file, base]);
  for (const path of [join(root, "project/src/a.js"), join(root, "base/shared/b.js")])
    assert.equal(decide(policy, { scope: "fs.read", path }).granted, true, path);
  assert.equal(decide(policy, { scope: "fs.read", path: join(root, "project/other") }).granted, false);
});

test("a file that extends itself, or one that is not there, is refused by name", () => {
  write("circle/a.json", { extends: "./b.json" });
  write("circle/b.json", { extends: "./a.json" });
  const load = (policyFile: string) => loadPolicy({ grants: [], policyFile }, root);
  assert.throws(() => load("circle/a.json"), { code: "ERR_POLICY_INVALID", message: /extends itself/ });
  assert.throws(() => load("nothing.json"), {
    code: "ERR_POLICY_INVALID",
    message: /nothing\.json cannot be read/,
  });
});

test("a program may write to its project, but not to the policy that it runs under", () => {
  const file = write("writer/cordon.json", { allow: { "fs.write": ["."] } });
  const { policy } = loadPolicy({ grants: [], policyFile: file }, root);
  assert.equal(decide(policy, { scope: "fs.write", path: join(root, "writer/out.txt") }).granted, true);
  assert.equal(decide(policy, { scope: "fs.write", path: file }).granted, false);
});

test("a ./cordon.json that nobody has named grants nothing, is told of, and cannot be written to", () => {
  const file = write("unnamed/cordon.json", { allow: { "fs.read": ["/"], env: ["*"] } });
  const directory = join(root, "unnamed");
  const grants = [parsePolicyFile('{"allow": {"fs.write": ["."]}}', { file: "flags", directory })];
  const { policy, files } = loadPolicy({ grants, policyFile: undefined }, directory);
  assert.deepEqual(files, []);
  assert.equal(decide(policy, { scope: "fs.read", path: "/etc/passwd" }).granted, false);
  assert.equal(decide(policy, { scope: "fs.write", path: join(directory, "new.txt") }).granted, true);
  assert.equal(decide(policy, { scope: "fs.write", path: file }).granted, false);
  assert.match(String(warnAboutUnnamedPolicy({ policyFile: undefined }, directory)), /--policy=cordon\.json/);
  assert.equal(warnAboutUnnamedPolicy({ policyFile: "other.json" }, directory), undefined);
  assert.equal(warnAboutUnnamedPolicy({ policyFile: undefined }, root), undefined);
});

test("what a program may have left in the place of a policy neither stalls nor fills the host", () => {
  const load = (name: string): unknown =>
    loadPolicy({ grants: [], policyFile: "cordon.json" }, join(root, "left", name));
  for (const name of ["fifo", "hole", "device"]) mkdirSync(join(root, "left", name), { recursive: true });
  execFileSync("mkfifo", [join(root, "left/fifo/cordon.json")]);
  writeFileSync(join(root, "left/hole/cordon.json"), "");
  truncateSync(join(root, "left/hole/cordon.json"), 2 ** 40);
  symlinkSync("/dev/zero", join(root, "left/device/cordon.json"));
  assert.throws(() => load("fifo"), { code: "ERR_POLICY_INVALID", message: /is no regular file/ });
  assert.throws(() => load("hole"), { code: "ERR_POLICY_INVALID", message: /longer than 1048576 bytes/ });
  assert.throws(() => load("device"), { code: "ERR_POLICY_INVALID", message: /is no regular file/ });
});
