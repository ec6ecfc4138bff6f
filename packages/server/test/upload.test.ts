// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { isCordonError } from "@cordon/policy";
import { packDirectory } from "../src/index.ts";
import type { StagedBundle } from "../src/store/bundles.ts";
import { DirectoryBundleStore } from "../src/store/directory/bundles.ts";
import { type ArchiveLimits, readArchive } from "../src/upload/archive.ts";
import { readSingleFile } from "../src/upload/single.ts";
import { temporaryDirectory } from "./support/host.ts";
import { pax, tar, type TarEntry, tarGz } from "./support/tar.ts";

const limits: ArchiveLimits = { uploadBytes: 1_000_000, bundleBytes: 1_000_000, bundleEntries: 50 };

interface Unpacked {
  staged: StagedBundle;
  bundles: DirectoryBundleStore;
  root: string;
}

async function unpack(t: TestContext, body: Uint8Array, own: Partial<ArchiveLimits> = {}): Promise<Unpacked> {
  const root = join(await temporaryDirectory(t), "bundles");
  const bundles = await DirectoryBundleStore.open(root);
  // In pieces of odd sizes, as a network gives them.
  const pieces = Array.from({ length: Math.ceil(body.length / 777) }, (_, index) =>
    body.subarray(index * 777, (index + 1) * 777),
  );
  try {
    return {
      staged: await bundles.stage(readArchive(Readable.from(pieces), { ...limits, ...own })),
      bundles,
      root,
    };
  } catch (error) {
    assert.deepEqual(await readdir(root), [], "nothing is left of an upload that was refused");
    throw error;
  }
}

async function refusal(t: TestContext, body: Uint8Array, own: Partial<ArchiveLimits> = {}): Promise<string> {
  try {
    await unpack(t, body, own);
  } catch (error) {
    assert.ok(isCordonError(error), String(error));
    return `${error.code} ${error.message}`;
  }
  return "accepted";
}

test("a directory that was packed comes out as it was", async (t) => {
  const source = await temporaryDirectory(t);
  await mkdir(join(source, "lib"));
  await writeFile(join(source, "index.js"), "x".repeat(200_000), { mode: 0o640 });
  await writeFile(join(source, "lib/run.sh"), "#!/bin/sh", { mode: 0o755 });
  await symlink("lib/run.sh", join(source, "run"));
  const { staged, bundles, root } = await unpack(t, await packDirectory(source));
  assert.deepEqual([staged.files, staged.bytes], [2, 200_009]);
  const { directory } = await staged.commit();
  assert.equal(directory, join(root, staged.digest));
  assert.equal(await readFile(join(directory, "index.js"), "utf8"), "x".repeat(200_000));
  assert.equal((await lstat(join(directory, "index.js"))).mode & 0o7777, 0o444);
  assert.equal((await lstat(join(directory, "lib/run.sh"))).mode & 0o7777, 0o555);
  assert.equal(await readlink(join(directory, "run")), "lib/run.sh");
  assert.deepEqual(await bundles.list(), [staged.digest]);
  await bundles.remove(staged.digest);
  assert.deepEqual(await readdir(root), []);
});

test("the digest is the content's, whatever the order, the times and the owners", async (t) => {
  const files = [
    { path: "a/b.js", content: "1" },
    { path: "c.js", content: "2" },
  ];
  const digest = async (entries: readonly TarEntry[]): Promise<string> =>
    (await unpack(t, tarGz(entries))).staged.digest;
  const first = await digest(files);
  assert.equal(
    await digest([{ path: "./", type: "5" }, { path: "./a/", type: "5" }, ...files.toReversed()]),
    first,
  );
  assert.notEqual(
    await digest([
      { path: "a/b.js", content: "1", mode: 0o755 },
      { path: "c.js", content: "2" },
    ]),
    first,
  );
  assert.notEqual(
    await digest([
      { path: "a/b.js", content: "12" },
      { path: "c.js", content: "" },
    ]),
    first,
  );
});

const file = { path: "index.js", content: "1" };
const hostile: Readonly<Record<string, readonly TarEntry[]>> = {
  "`..` in a path": [{ path: "../evil.js", content: "1" }],
  "`..` in the middle of a path": [{ path: "a/../../evil.js", content: "1" }],
  "an absolute path": [{ path: "/tmp/evil.js", content: "1" }],
  "a control character in a name": [{ path: "a\u001b[2J.js", content: "1" }],
  "bytes that are no UTF-8 in a name": [pax({ path: "a\ufffd.js" }), file],
  "a link to an absolute path": [file, { path: "l", type: "2", link: "/etc/passwd" }],
  "a link out of the bundle": [file, { path: "l", type: "2", link: "../x" }],
  "a link that leads out by another link": [
    file,
    { path: "d", type: "2", link: "." },
    { path: "l", type: "2", link: "d/../x" },
  ],
  "a link to nothing": [file, { path: "l", type: "2", link: "none" }],
  "links in a circle": [file, { path: "a", type: "2", link: "b" }, { path: "b", type: "2", link: "a" }],
  "a link to the bundle's own root": [file, { path: "l", type: "2", link: "." }],
  "a file below a link": [file, { path: "d", type: "2", link: "." }, { path: "d/x.js", content: "1" }],
  "a file below a link that comes later": [
    { path: "d/x.js", content: "1" },
    { path: "d", type: "2", link: "." },
  ],
  "a file below a file": [file, { path: "index.js/x.js", content: "1" }],
  "one path twice": [file, { path: "./index.js", content: "2" }],
  "a hard link": [file, { path: "l", type: "1", link: "index.js" }],
  "a hard link out": [{ path: "l", type: "1", link: "/etc/passwd" }],
  "a character device": [{ path: "null", type: "3" }],
  "a block device": [{ path: "sda", type: "4" }],
  "a FIFO": [{ path: "pipe", type: "6" }],
  "a type that nobody knows": [{ path: "x", type: "Z" }],
  "a path changed by a pax header": [pax({ path: "/etc/cron.d/evil" }), file],
  "a link target changed by a pax header": [
    file,
    pax({ linkpath: "/etc" }),
    { path: "l", type: "2", link: "index.js" },
  ],
  "a name of 300 characters": [pax({ path: "x".repeat(300) }), file],
  "a path of 65 directories": [pax({ path: "a/".repeat(65) + "x.js" }), file],
  "a header that claims more than there is": [{ path: "x.js", content: "1", size: 100_000 }],
};

for (const [what, entries] of Object.entries(hostile)) {
  test(`an archive with ${what} is refused, and nothing of it stays`, async (t) => {
    assert.match(await refusal(t, tarGz(entries)), /^ERR_BUNDLE_INVALID /);
  });
}

test("bytes that are no tar.gz are refused", async (t) => {
  assert.match(await refusal(t, Buffer.from("no archive")), /^ERR_BUNDLE_INVALID /);
  assert.match(await refusal(t, new Uint8Array(gzipSync("no archive".repeat(200)))), /^ERR_BUNDLE_INVALID /);
  assert.match(await refusal(t, tarGz([file]).subarray(0, 60)), /^ERR_BUNDLE_INVALID /);
  assert.match(await refusal(t, new Uint8Array(0)), /^ERR_BUNDLE_INVALID /);
});

test("a bomb is refused while it unpacks: in one file, in many, in headers, in layers", async (t) => {
  const zeros = Buffer.alloc(50_000_000);
  assert.match(
    await refusal(t, tarGz([{ path: "x", content: zeros }])),
    /^ERR_BUNDLE_TOO_LARGE .* 1000000 bytes/,
  );
  const many = Array.from({ length: 60 }, (_, index) => ({ path: `f${index}` }));
  assert.match(await refusal(t, tarGz(many)), /^ERR_BUNDLE_TOO_LARGE .* 50 entries/);
  const headers = Array.from({ length: 5000 }, () => pax({ comment: "x".repeat(900) }));
  assert.match(await refusal(t, tarGz([...headers, file])), /^ERR_BUNDLE_TOO_LARGE /);
  const layers = new Uint8Array(gzipSync(gzipSync(tar([{ path: "x", content: zeros }]))));
  assert.match(await refusal(t, layers), /^ERR_BUNDLE_INVALID .*gzip within gzip/);
});

test("a body past the limit is refused", async (t) => {
  const noise = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 251));
  assert.match(
    await refusal(t, tarGz([{ path: "x", content: noise }]), { uploadBytes: 100 }),
    /^ERR_BODY_TOO_LARGE /,
  );
});

test("an upload that breaks off in the middle of a file ends, and leaves nothing", {
  timeout: 10_000,
}, async (t) => {
  const whole = tarGz([
    { path: "x", content: Buffer.from(Array.from({ length: 90_000 }, (_, index) => (index * index) % 253)) },
  ]);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield whole.subarray(0, whole.length / 2);
    throw new Error("the client has gone");
  }
  const root = await temporaryDirectory(t);
  const bundles = await DirectoryBundleStore.open(root);
  await assert.rejects(bundles.stage(readArchive(Readable.from(broken()), limits)), /the client has gone/);
  assert.deepEqual(await readdir(root), []);
});

test("equal bundles are kept once", async (t) => {
  const bundles = await DirectoryBundleStore.open(await temporaryDirectory(t));
  const stage = (): Promise<StagedBundle> =>
    bundles.stage(readArchive(Readable.from([tarGz([file])]), limits));
  await using first = await stage();
  await using second = await stage();
  assert.deepEqual(await first.commit(), await second.commit());
  assert.deepEqual(await bundles.list(), [first.digest]);
});

test("what an earlier host left half done is cleared away", async (t) => {
  const root = await temporaryDirectory(t);
  const before = await DirectoryBundleStore.open(root);
  await before.stage(readArchive(Readable.from([tarGz([file])]), limits));
  assert.equal((await readdir(root)).length, 1);
  await DirectoryBundleStore.open(root);
  assert.deepEqual(await readdir(root), []);
});

test("a single file is named by what it is, or as asked", async () => {
  const name = async (source: string, asked?: string, typescript = false): Promise<string> => {
    const options = { name: asked, typescript, uploadBytes: 1000 };
    const [entry] = await Array.fromAsync(readSingleFile(Readable.from([Buffer.from(source)]), options));
    return entry?.path ?? "";
  };
  assert.equal(await name("module.exports = 1"), "index.js");
  assert.equal(await name("// import\nexport default { fetch() {} }"), "index.mjs");
  assert.equal(await name('import "node:fs"'), "index.mjs");
  assert.equal(await name('const x = "no\\nimport x"; import("x")'), "index.js");
  assert.equal(await name("export const x: number = 1", undefined, true), "index.mts");
  assert.equal(await name("1", "job.cjs"), "job.cjs");
  for (const bad of ["../x.js", "a/b.js", "x.sh", ".js", "x\u0000.js", "cordon.json"]) {
    await assert.rejects(name("1", bad), { code: "ERR_REQUEST_INVALID" }, bad);
  }
  await assert.rejects(name(""), { code: "ERR_REQUEST_INVALID" });
  await assert.rejects(name("x".repeat(1001)), { code: "ERR_BODY_TOO_LARGE" });
});
