// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { chmod, copyFile, mkdtemp, readdir, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isCordonError } from "@cordon/policy";
import { probeNode } from "../../src/node/index.ts";
import { mappedLibraries } from "../../src/node/probe.ts";

async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "cordon-node-")));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("our own Node is read off our own process", async () => {
  const { path, version, libraries, interpreter } = await probeNode(process.execPath);
  assert.equal(path, await realpath(process.execPath));
  assert.equal(version, process.versions.node);
  assert.ok(libraries.some((library) => /\/libc\.so/.test(library)));
  for (const library of libraries) assert.equal(await realpath(library), library);
  assert.match(interpreter ?? "", /^\/.*ld-/);
});

test("another Node is run once, and its answer kept where only its user can read it", async () => {
  await using directory = await temporaryDirectory();
  const before = process.env["XDG_CACHE_HOME"];
  process.env["XDG_CACHE_HOME"] = directory.path;
  try {
    const copy = join(directory.path, "node");
    await copyFile(process.execPath, copy);
    await chmod(copy, 0o755);
    await symlink("node", join(directory.path, "link"));
    const first = await probeNode(join(directory.path, "link"));
    assert.equal(first.path, copy);
    assert.equal(first.version, process.versions.node);
    const cache = join(directory.path, "cordon");
    assert.equal((await stat(cache)).mode & 0o777, 0o700);
    const files = await readdir(cache);
    assert.equal(files.length, 1);
    assert.deepEqual(await probeNode(copy), first);

    await writeFile(join(cache, files[0] ?? ""), "{ damaged");
    assert.deepEqual(await probeNode(copy), first);
  } finally {
    if (before === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = before;
  }
});

test("what is no Node is refused with a registered error", async () => {
  for (const path of ["/bin/true", "/nothing/here"]) {
    await assert.rejects(probeNode(path), (error) => isCordonError(error, "ERR_NODE_UNUSABLE"));
  }
});

test("what fails to run is refused with its own words, without control characters", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "node");
  const said = "error while loading shared libraries: libatomic.so.1\\033[31m";
  await writeFile(path, `#!/bin/sh\nprintf '${said}\\nmore' >&2\nexit 127\n`, { mode: 0o755 });
  await assert.rejects(
    probeNode(path),
    /failed: error while loading shared libraries: libatomic\.so\.1\[31m\./,
  );
  await writeFile(path, "#!/bin/sh\nkill -ILL $$\n");
  await assert.rejects(probeNode(path), /running it failed: it ended by SIGILL\./);
});

test("libraries are told from data, add-ons and the executable itself", () => {
  const maps = [
    "559c-559d r--p 00000000 fe:00 1 /usr/bin/node",
    "7f00-7f01 r-xp 00000000 fe:00 2                  /usr/lib/libc.so.6",
    "7f01-7f02 r--p 00000000 fe:00 2                  /usr/lib/libc.so.6",
    "7f02-7f03 r--p 00000000 fe:00 3                  /usr/lib/locale/C.utf8/LC_CTYPE",
    "7f03-7f04 r-xp 00000000 fe:00 4                  /srv/build/thing.node",
    "7f04-7f05 rw-p 00000000 00:00 0                  [heap]",
  ];
  assert.deepEqual(mappedLibraries(maps.join("\n"), "/usr/bin/node"), ["/usr/lib/libc.so.6"]);
});
