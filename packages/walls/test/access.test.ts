// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { decide } from "@cordon/policy";
import fc from "fast-check";
import { isWithin } from "../src/access.ts";
import { treeOf } from "./support/access.ts";
import { policyOf } from "./support/policies.ts";
import { makeRegularTree, pathFlags, removeTree } from "./support/random-trees.ts";
import { temporaryTree } from "./support/trees.ts";

const regular = makeRegularTree();
after(() => removeTree(regular.root));
const rules = regular.paths.flatMap((path) => [path, `${path.slice(0, -1)}*`]).filter((path) => path !== "*");
const kinds = ["--allow-fs-read", "--deny-fs-read", "--allow-fs-write", "--deny-fs-write"];

test("whatever is granted and denied, the tree reads as the policy decides, and never writes where it does not", () => {
  fc.assert(
    fc.property(pathFlags(rules, kinds), (flags) => {
      const policy = policyOf(...flags);
      const { tree } = treeOf(policy);
      for (const path of regular.paths) {
        const access = tree.at(path);
        const mayRead = decide(policy, { scope: "fs.read", path }).granted;
        const mayWrite = decide(policy, { scope: "fs.write", path }).granted;
        assert.equal(access.read, mayRead, `${path} under ${flags.join(" ")}`);
        if (access.write) assert.ok(mayWrite, `${path} under ${flags.join(" ")}`);
        // What may be read and written is so: only a denied reading takes the writing with it.
        if (mayRead) assert.equal(access.write, mayWrite, `${path} under ${flags.join(" ")}`);
      }
    }),
    { numRuns: 300 },
  );
});

test("every path has the access of the nearest mark above it", () => {
  fc.assert(
    fc.property(pathFlags(regular.paths, kinds), (flags) => {
      const { tree } = treeOf(policyOf(...flags));
      for (const path of regular.paths) {
        const nearest = tree.marks.filter((mark) => isWithin(path, mark.path)).at(-1);
        const nothing = { read: false, write: false, execute: false, map: false };
        assert.deepEqual(tree.at(path), nearest?.access ?? nothing);
      }
    }),
    { numRuns: 100 },
  );
});

test("a denied reading takes a less specific writing with it, but not a more specific one", (t) => {
  const root = temporaryTree(t, { "inbox/": "", secret: "" });
  const both = [`--allow-fs-read=${root}`, `--allow-fs-write=${root}`];
  const hidden = treeOf(policyOf(...both, `--deny-fs-read=${root}/secret`)).tree;
  assert.deepEqual(hidden.at(join(root, "secret")), {
    read: false,
    write: false,
    execute: false,
    map: false,
  });
  const inbox = treeOf(
    policyOf(...both, `--deny-fs-read=${root}/inbox`, `--allow-fs-write=${root}/inbox`),
  ).tree;
  assert.deepEqual(inbox.at(join(root, "inbox")), { read: false, write: true, execute: false, map: false });
});

test("a name by itself outweighs a star that stands for it", (t) => {
  const root = temporaryTree(t, { ab: "", ac: "" });
  const { tree } = treeOf(
    policyOf(`--allow-fs-read=${root}`, `--deny-fs-read=${root}/a*`, `--allow-fs-read=${root}/ab`),
  );
  assert.ok(tree.at(join(root, "ab")).read);
  assert.ok(!tree.at(join(root, "ac")).read);
});

test("what a denial names need not be there; to be left out of what may be run or mapped it must", (t) => {
  const root = temporaryTree(t);
  const { tree } = treeOf(policyOf(`--allow-fs-read=${root}`, `--deny-fs-read=${root}/missing`));
  assert.deepEqual(
    tree.marks.map(({ path }) => path),
    [root],
  );
  assert.ok(!tree.at(join(root, "missing")).read);
  const deny = `--deny-addons=${root}/missing`;
  assert.throws(() => treeOf(policyOf(`--allow-addons=${root}`, deny)), {
    code: "ERR_DENY_MISSING_PATH",
    message: new RegExp(`^${deny}: ${root}/missing does not exist`),
  });
});

test("names that only begin alike are not inside one another", () => {
  assert.ok(isWithin("/srv/app/x", "/srv/app"));
  assert.ok(!isWithin("/srv/application", "/srv/app"));
  assert.ok(isWithin("/srv", "/"));
});

test("what a grant lets a program run cannot be written, whatever directory it is in", (t) => {
  const root = temporaryTree(t, { "tools/tool": "", "tools/native.node": "", "tools/data": "" });
  chmodSync(join(root, "tools/tool"), 0o755);
  const { tree } = treeOf(
    policyOf(
      `--allow-fs-write=${root}/tools`,
      `--allow-run=${root}/tools/tool`,
      `--allow-addons=${root}/tools/native.node`,
    ),
  );
  assert.equal(tree.at(join(root, "tools/tool")).write, false);
  assert.equal(tree.at(join(root, "tools/native.node")).write, false);
  assert.equal(tree.at(join(root, "tools/data")).write, true);
});
