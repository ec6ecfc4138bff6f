// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { resolveLinks } from "../src/links.ts";
import { temporaryTree } from "./support/trees.ts";

test("every link on the way is kept, and the end is what the kernel finds", (t) => {
  const root = temporaryTree(t, {
    "releases/7/main.js": "",
    current: "-> releases/7",
    app: `-> ./current/../7`,
    "absolute/link": "-> /",
  });
  assert.deepEqual(resolveLinks(join(root, "current/main.js")), {
    real: join(root, "releases/7/main.js"),
    links: [{ path: join(root, "current"), text: "releases/7" }],
  });
  assert.equal(resolveLinks(join(root, "absolute/link", root)).real, root);
});

test("`..` in a link's text means the parent of where the links before it have led", (t) => {
  const root = temporaryTree(t, {
    "x/y/z/": "",
    "x/target": "",
    jump: "-> x/y/z",
    far: "-> jump/../../target",
    "x/y/up": "-> ../target",
    short: "-> x/y",
  });
  for (const path of ["far", "short/up"].map((name) => join(root, name))) {
    assert.equal(resolveLinks(path).real, realpathSync.native(path));
  }
});

test("links that lead to each other are refused, as by the kernel", (t) => {
  const root = temporaryTree(t, { one: "-> two", two: "-> one" });
  assert.throws(() => resolveLinks(join(root, "one/file")), { code: "ELOOP" });
});

test("what is not there resolves to where it would be", (t) => {
  const root = temporaryTree(t, { "real/": "", link: "-> real" });
  assert.equal(resolveLinks(join(root, "link/not/yet")).real, join(root, "real/not/yet"));
  assert.deepEqual(resolveLinks("/"), { real: "/", links: [] });
});
