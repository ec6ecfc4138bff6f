// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { accessTree } from "../src/access.ts";
import { pathBans } from "../src/path-bans.ts";
import { resolvePaths } from "../src/paths.ts";
import type { PathBan } from "../src/plan.ts";
import { policyOf } from "./support/policies.ts";
import { temporaryTree } from "./support/trees.ts";

/** The bans of these flags, as `ban path`, a prefix with its star. */
function bansOf(flags: readonly string[], walls: readonly ("filters" | "runtime")[] = ["filters"]): string[] {
  const paths = resolvePaths(policyOf(...flags), "/usr/bin");
  const tree = accessTree({ read: paths.read, write: paths.write, execute: paths.run, map: paths.addon });
  const text = ({ path, prefix, ban }: PathBan): string => `${ban} ${path}${prefix ? "*" : ""}`;
  return pathBans(paths, tree, walls).map(text).sort();
}

test("what is there is covered by a mount, what is outside of every grant is not there", (t) => {
  const root = temporaryTree(t, { "a/.env": "", "b/": "" });
  assert.deepEqual(bansOf([`--allow-fs-read=${root}/a`, `--deny-fs-read=${root}/a/.env`]), []);
  assert.deepEqual(bansOf([`--allow-fs-read=${root}/a`, `--deny-fs-read=${root}/b/.env`]), []);
});

test("a missing path is denied for what its directory grants", (t) => {
  const root = temporaryTree(t, { "a/": "" });
  const [read, write] = [`--allow-fs-read=${root}/a`, `--allow-fs-write=${root}/a`];
  const env = join(root, "a/.env");
  assert.deepEqual(bansOf([read, write, `--deny-fs-write=${env}`]), [`write ${env}`]);
  assert.deepEqual(bansOf([read, `--deny-fs-read=${env}`]), [`all ${env}`]);
  assert.deepEqual(bansOf([read, write, `--deny-fs-read=${env}`, `--deny-fs-write=${env}`]), [`all ${env}`]);
  assert.deepEqual(bansOf([read, `--deny-fs-write=${env}`]), [], "nothing of it could be written anyway");
  assert.deepEqual(bansOf([read, write, `--deny-fs-write=${root}/a/x/y/z`]), [`write ${root}/a/x/y/z`]);
});

test("a denied pattern holds for names that come later; what is granted inside of it stays granted", (t) => {
  const root = temporaryTree(t, { "a/.env": "", "a/.env.example": "" });
  const flags = [`--allow-fs-read=${root}/a`, `--deny-fs-read=${root}/a/.env*`];
  assert.deepEqual(bansOf(flags), [`all ${root}/a/.env*`]);
  assert.deepEqual(bansOf([...flags, `--allow-fs-read=${root}/a/.env.example`]), [
    `all ${root}/a/.env*`,
    `nothing ${root}/a/.env.example`,
  ]);
  assert.deepEqual(bansOf([`--allow-fs-read=${root}/a`, `--deny-fs-read=${root}/a/*`]), [`all ${root}/a/*`]);
});

test("links in what is denied are followed as far as they lead", (t) => {
  const root = temporaryTree(t, { "a/": "", current: "-> a" });
  const flags = [`--allow-fs-read=${root}/a`, `--deny-fs-read=${root}/current/.env,${root}/current/b*`];
  assert.deepEqual(bansOf(flags), [`all ${root}/a/.env`, `all ${root}/a/b*`]);
});

test("without the filters' wall nothing holds it, so it is refused", (t) => {
  const root = temporaryTree(t, { "a/": "" });
  for (const name of [".env", ".env*"]) {
    const flags = [`--allow-fs-read=${root}/a`, `--deny-fs-read=${root}/a/${name}`];
    assert.throws(() => bansOf(flags, ["runtime"]), {
      code: "ERR_DENY_MISSING_PATH",
      message: new RegExp(`${root}/a/${name.replace("*", "[*]")} does not exist`),
    });
  }
});
