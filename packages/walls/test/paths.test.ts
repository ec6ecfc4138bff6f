// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parsePolicyFile, mergePolicies, type Policy } from "@cordon/policy";
import { resolvePaths } from "../src/paths.ts";
import { pinFile } from "../src/pins.ts";
import { policyOf } from "./support/policies.ts";
import { temporaryTree } from "./support/trees.ts";

const resolved = (policy: Policy, searchPath = "/usr/bin:/bin") => resolvePaths(policy, searchPath);
const read = (...flags: string[]): string[] =>
  resolved(policyOf(...flags)).read.allow.map(({ path }) => path);
const fromFile = (policy: object, directory: string): Policy =>
  mergePolicies(parsePolicyFile(JSON.stringify(policy), { file: join(directory, "cordon.json"), directory }));

test("a grant of a path that does not exist is refused by the name of its flag", (t) => {
  const root = temporaryTree(t);
  for (const kind of ["fs-read", "fs-write", "addons"]) {
    const flag = `--allow-${kind}=${root}/missing`;
    assert.throws(() => resolved(policyOf(flag)), {
      code: "ERR_GRANT_MISSING_PATH",
      message: `${flag}: ${root}/missing does not exist.`,
    });
  }
  assert.throws(() => read(`--allow-fs-read=${root}/missing/*`), { code: "ERR_GRANT_MISSING_PATH" });
  assert.throws(() => read(`--allow-fs-read=${root}/none*`), { code: "ERR_GRANT_MISSING_PATH" });
});

test("a file's path is no directory to grant in", (t) => {
  const root = temporaryTree(t, { file: "" });
  assert.throws(() => read(`--allow-fs-read=${root}/file/inside`), { code: "ERR_GRANT_MISSING_PATH" });
});

test("an optional grant of what is not there is skipped", (t) => {
  const root = temporaryTree(t, { there: "" });
  const policy = fromFile(
    {
      allow: {
        "fs.read": ["./there", { path: "./missing", optional: true }, { path: "./m*", optional: true }],
      },
    },
    root,
  );
  assert.deepEqual(
    resolved(policy).read.allow.map(({ path }) => path),
    [join(root, "there")],
  );
});

test("a grant by a link names what it leads to, and keeps the link", (t) => {
  const root = temporaryTree(t, { "releases/7/": "", current: "-> releases/7" });
  const { read: rules, links } = resolved(policyOf(`--allow-fs-read=${root}/current`));
  assert.deepEqual(
    rules.allow.map(({ path }) => path),
    [join(root, "releases/7")],
  );
  assert.deepEqual(links, [{ path: join(root, "current"), text: "releases/7" }]);
});

test("a denial by a link is a denial of what it leads to, and the link is no part of the cell", (t) => {
  const root = temporaryTree(t, { secret: "", alias: "-> secret" });
  const { read: rules, links } = resolved(
    policyOf(`--allow-fs-read=${root}`, `--deny-fs-read=${root}/alias`),
  );
  assert.deepEqual(
    rules.deny.map(({ path }) => path),
    [join(root, "secret")],
  );
  assert.deepEqual(links, []);
});

test("links in a circle are refused by the name of the flag", (t) => {
  const root = temporaryTree(t, { one: "-> two", two: "-> one" });
  assert.throws(() => read(`--allow-fs-read=${root}/one`), {
    code: "ERR_GRANT_UNREADABLE",
    message: `--allow-fs-read=${root}/one: ${root}/one cannot be looked at: ELOOP.`,
  });
});

test("a trailing star stands for the entries that are there, hidden ones and links too", (t) => {
  const root = temporaryTree(t, { ab: "", abc: "", ".x": "", b: "", "sub/": "", al: "-> sub" });
  assert.deepEqual(read(`--allow-fs-read=${root}/a*`).sort(), [
    join(root, "ab"),
    join(root, "abc"),
    join(root, "sub"),
  ]);
  assert.equal(read(`--allow-fs-read=${root}/*`).length, 6);
  assert.deepEqual(read("--allow-fs-read=*"), ["/"]);
});

test("`..` in a grant is settled by its text, before any link", (t) => {
  const root = temporaryTree(t, { "a/b/": "", "elsewhere/": "", "a/link": "-> ../elsewhere" });
  assert.deepEqual(read(`--allow-fs-read=${root}/a/link/../b`), [join(root, "a/b")]);
});

test("a pinned file is granted while its bytes are the pinned ones", (t) => {
  const root = temporaryTree(t, { "addon.node": "bytes" });
  const pin = (text: string): Policy =>
    fromFile(
      {
        allow: { addon: [{ path: "./addon.node", sha256: createHash("sha256").update(text).digest("hex") }] },
      },
      root,
    );
  assert.equal(resolved(pin("bytes")).addon.allow.length, 1);
  assert.throws(
    () => resolved(pin("other")),
    (error: Error) => {
      assert.match(error.message, /cordon\.json.*addon.*hash [0-9a-f]{64}, and [0-9a-f]{64} was pinned/);
      return "code" in error && error.code === "ERR_INTEGRITY";
    },
  );
});

test("a program is found on the PATH as execvp does: the first that can be executed", (t) => {
  const root = temporaryTree(t, {
    "one/tool": "",
    "two/tool": "",
    "two/real": "",
    "three/tool": "-> ../two/real",
  });
  chmodSync(join(root, "two/tool"), 0o755);
  chmodSync(join(root, "two/real"), 0o755);
  const path = (...names: string[]): string => names.map((name) => join(root, name)).join(":");
  const program = (searchPath: string): string[] =>
    resolved(policyOf("--allow-run=tool"), searchPath).run.allow.map((rule) => rule.path);
  assert.deepEqual(program(path("one", "two")), [join(root, "two/tool")]);
  assert.deepEqual(program(path("three", "two")), [join(root, "two/real")]);
  assert.throws(() => program(path("one")), {
    code: "ERR_GRANT_MISSING_PATH",
    message: "--allow-run=tool: tool does not exist.",
  });
  // A relative directory of PATH would mean another program in each working directory.
  assert.throws(() => program("two"), { code: "ERR_GRANT_MISSING_PATH" });
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("of several hashes for one file any will do, and an unpinned grant of it accepts whatever it is", (t) => {
  const root = temporaryTree(t, { tool: "#!/bin/sh\n" });
  chmodSync(join(root, "tool"), 0o755);
  const pinnedTo = (...hashes: (string | undefined)[]) =>
    resolved(
      fromFile(
        {
          allow: {
            run: hashes.map((hash) => (hash === undefined ? "./tool" : { program: "./tool", sha256: hash })),
          },
        },
        root,
      ),
    ).run.allow;
  const [right, wrong] = [sha256("#!/bin/sh\n"), sha256("else")];
  assert.ok(pinnedTo(wrong, right).every(({ pin }) => pin?.sha256 === right));
  assert.ok(pinnedTo(wrong, undefined).every(({ pin }) => pin === undefined));
  assert.throws(() => pinnedTo(wrong, sha256("third")), { code: "ERR_INTEGRITY" });
});

test("a directory has no hash: its files are pinned one by one", (t) => {
  const root = temporaryTree(t, { "addons/one.node": "" });
  const policy = (path: string) => fromFile({ allow: { addon: [{ path, sha256: sha256("") }] } }, root);
  assert.throws(() => resolved(policy("./addons")), {
    code: "ERR_NOT_ENFORCEABLE",
    message: /one hash for .*addons, which is a directory, cannot be enforced/,
  });
  assert.equal(resolved(policy("./addons/one.node")).addon.allow[0]?.pin?.size, "0");
});

test("a pin says which file it was, and a file that has just been written is let settle first", (t) => {
  const root = temporaryTree(t);
  const file = join(root, "tool");
  writeFileSync(file, "new");
  const pin = pinFile(file, [sha256("new")], "");
  const { ino, dev, size, ctimeNs } = statSync(file, { bigint: true });
  assert.deepEqual(
    [pin.inode, pin.device, pin.size, pin.changed],
    [String(ino), String(dev), String(size), String(ctimeNs)],
  );
  // Whatever is written from now on bears another time.
  writeFileSync(file, "old");
  assert.notEqual(String(statSync(file, { bigint: true }).ctimeNs), pin.changed);
});
