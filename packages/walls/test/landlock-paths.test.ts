// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { type Access, isWithin } from "../src/access.ts";
import { fsRights } from "../src/landlock.ts";
import { landlockPaths } from "../src/landlock-paths.ts";
import { noScratch } from "../src/scratch.ts";
import { treeOf } from "./support/access.ts";
import { policyOf } from "./support/policies.ts";
import { makeRegularTree, pathFlags, removeTree } from "./support/random-trees.ts";
import { temporaryTree } from "./support/trees.ts";

const ABI = 6;
const noFiles = { mounts: [], links: [] };
const bits = (access: Partial<Access>): number =>
  fsRights({ read: false, write: false, execute: false, directory: false, ...access }, ABI);

const ofFiles = bits({ read: true, write: true, execute: true });

/** What rules add up to for a file: Landlock takes the union of all rules on the way. */
function rightsAt(rules: readonly { path: string; rights: number }[], path: string): number {
  return rules.reduce((sum, rule) => (isWithin(path, rule.path) ? sum | rule.rights : sum), 0) & ofFiles;
}

const regular = makeRegularTree();
after(() => removeTree(regular.root));
const kinds = ["--allow-fs-read", "--deny-fs-read", "--allow-fs-write", "--deny-fs-write"];
const files = regular.paths.filter((path) => statSync(path).isFile());

test("without mounts no rule covers what is denied, and every granted file is covered", () => {
  fc.assert(
    fc.property(pathFlags(regular.paths, kinds), (flags) => {
      const { tree } = treeOf(policyOf(...flags));
      const rules = landlockPaths(tree, noFiles, { namespaces: false, scratch: noScratch }, ABI);
      for (const path of files) {
        assert.equal(rightsAt(rules, path), bits(tree.at(path)), `${path} under ${flags.join(" ")}`);
      }
    }),
    { numRuns: 300 },
  );
});

test("with mounts the rules cover at least what is granted, and never give reading that the mounts would show", () => {
  fc.assert(
    fc.property(pathFlags(regular.paths, kinds), (flags) => {
      const { tree } = treeOf(policyOf(...flags));
      const rules = landlockPaths(tree, noFiles, { namespaces: true, scratch: noScratch }, ABI);
      for (const path of files) {
        const { read, write } = tree.at(path);
        const rights = rightsAt(rules, path);
        const wanted = bits(tree.at(path));
        assert.equal(rights & wanted, wanted, `${path} under ${flags.join(" ")}`);
        if (write && !read)
          assert.equal(rights & bits({ read: true }), 0, `${path} under ${flags.join(" ")}`);
      }
    }),
    { numRuns: 300 },
  );
});

test("a rule on a file names rights for files alone, or the kernel refuses it", (t) => {
  const root = temporaryTree(t, { file: "", "directory/": "" });
  const flags = [`--allow-fs-write=${root}/file`, `--allow-fs-write=${root}/directory`];
  const rules = landlockPaths(
    treeOf(policyOf(...flags)).tree,
    noFiles,
    { namespaces: true, scratch: noScratch },
    ABI,
  );
  const at = (name: string): number | undefined =>
    rules.find(({ path }) => path === join(root, name))?.rights;
  const write = { read: false, write: true, execute: false };
  assert.equal(at("file"), fsRights({ ...write, directory: false }, ABI));
  assert.equal(at("directory"), fsRights({ ...write, directory: true }, ABI));
});

test("without mounts a link inside a granted directory gets no rule: it may lead anywhere", (t) => {
  const root = temporaryTree(t, { "open/file": "", "open/out": "-> /etc", "open/secret": "" });
  const { tree } = treeOf(policyOf(`--allow-fs-read=${root}/open`, `--deny-fs-read=${root}/open/secret`));
  const rules = landlockPaths(tree, noFiles, { namespaces: false, scratch: noScratch }, ABI);
  const inside = rules.filter(({ path }) => isWithin(path, root)).map(({ path }) => path);
  assert.deepEqual(inside, [join(root, "open/file")]);
});

test("without a pid namespace only the cell's own part of /proc is open", () => {
  const { tree } = treeOf(policyOf());
  const paths = (namespaces: boolean): string[] =>
    landlockPaths(tree, noFiles, { namespaces, scratch: noScratch }, ABI).map(({ path }) => path);
  assert.ok(paths(true).includes("/proc"));
  assert.ok(!paths(false).includes("/proc"));
  assert.ok(paths(false).includes("/proc/self"));
  assert.ok(!paths(false).includes("/etc"));
});
