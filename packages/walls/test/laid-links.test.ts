// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { lchownSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exposedFiles } from "../src/kept-files.ts";
import { refuseForeignLinks, refuseOwnLinks } from "../src/laid-links.ts";
import { unixSockets } from "../src/unix-sockets.ts";
import { treeOf } from "./support/access.ts";
import { policyOf } from "./support/policies.ts";
import { temporaryTree } from "./support/trees.ts";

function look(...flags: string[]): void {
  const policy = policyOf(...flags);
  const { tree, paths } = treeOf(policy);
  for (const { allow } of [paths.read, paths.write, paths.run, paths.addon]) refuseOwnLinks(allow, tree);
  unixSockets(policy["net.unix"], tree, true);
}

const files = {
  "outside/secret": "",
  "out/laid": "-> ../outside",
  "out/own/": "",
  "out/kept": "-> own",
  "out/deep": "-> own/further",
  "out/own/further": "-> ../../outside",
  named: "-> outside",
};

test("a grant through a link that the program may have laid is refused, and says where it leads", (t) => {
  const root = temporaryTree(t, files);
  const write = `--allow-fs-write=${root}/out`;
  for (const flag of ["--allow-fs-read", "--allow-fs-write", "--allow-unix"]) {
    assert.throws(() => look(write, `${flag}=${root}/out/laid/secret`), {
      code: "ERR_GRANT_LINK",
      message:
        `${flag}=${root}/out/laid/secret: ${root}/out/laid is a link to ${root}/outside/secret, ` +
        "in a directory that the program may write: an earlier run may have laid it.",
    });
  }
  assert.throws(() => look(write, `--allow-fs-read=${root}/out/deep`), { code: "ERR_GRANT_LINK" });
  assert.throws(() => look(write, `--allow-fs-read=${root}/out/la*`), { code: "ERR_GRANT_LINK" });
});

test("a link that only others can have laid is followed", (t) => {
  const root = temporaryTree(t, files);
  look(`--allow-fs-write=${root}/out`, `--allow-fs-read=${root}/named`);
  look(`--allow-fs-read=${root}/out/laid`);
  look(`--allow-fs-write=${root}/out`, `--deny-fs-write=${root}/out/own`, `--allow-fs-read=${root}/outside`);
});

test("what is granted by another rule too is no more by a link", (t) => {
  const root = temporaryTree(t, files);
  const write = `--allow-fs-write=${root}/out`;
  look(write, `--allow-fs-read=${root}/out`, `--allow-fs-read=${root}/out/kept`);
  look(write, `--allow-fs-read=${root}/out/laid`, `--allow-fs-read=${join(root, "outside")}`);
  // Of another kind is not enough: what may be written may not be read yet.
  assert.throws(() => look(write, `--allow-fs-read=${root}/out/kept`), { code: "ERR_GRANT_LINK" });
  // Nor is one that is led astray itself.
  assert.throws(() => look(write, `--allow-fs-read=${root}/out/laid,${root}/out/deep`), {
    code: "ERR_GRANT_LINK",
  });
});

test("whoever may write everywhere is held back by no link", (t) => {
  const root = temporaryTree(t, files);
  look("--allow-fs-write=*", `--allow-fs-read=${root}/out/laid`);
});

test("a link that is not root's leads no grant out of its directory, whoever may write there", (t) => {
  const root = temporaryTree(t, files);
  const look = (path: string): void =>
    refuseForeignLinks(treeOf(policyOf(`--allow-fs-read=${root}/${path}`)).paths.read.allow);
  // As root the links are root's own, which are followed.
  if (process.getuid?.() === 0) {
    look("out/laid");
    for (const path of ["named", "out/kept", "out/laid"]) lchownSync(join(root, path), 54_321, 54_321);
  }
  look("named");
  look("out/kept");
  assert.throws(() => look("out/laid/secret"), {
    code: "ERR_GRANT_LINK",
    message: /out\/laid is a link to .*\/outside\/secret, out of its directory, and anybody may have laid it/,
  });
});

test("what others rely on is kept from being written by whatever name it is granted", (t) => {
  const root = temporaryTree(t, { "real/file": "", alias: "-> real", "real/link": "-> file" });
  const kept = (...flags: string[]): readonly string[] =>
    exposedFiles(policyOf(...flags), [
      { path: `${root}/real/file` },
      { path: `${root}/alias/file` },
      { path: `${root}/real/link` },
      { path: `${root}/elsewhere` },
    ]).map(({ path }) => path.slice(root.length));
  for (const path of ["real", "alias", "al*", "alias/*", "real/fil*"])
    assert.deepEqual(
      kept(`--allow-fs-write=${root}/${path}`),
      ["/real/file", "/alias/file", "/real/link"],
      path,
    );
  assert.deepEqual(kept(`--allow-fs-write=${root}/other`, `--allow-fs-read=${root}`), []);
});
