// SPDX-License-Identifier: Apache-2.0
// Names lead to public addresses alone, and no test may talk to the internet. So the tests of names/*.inside.ts run in a
// network of their own, in which two public addresses are this machine's: once as whoever runs this, and where that is
// root, once more as somebody without privileges.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FOUR, SIX } from "./names/servers.ts";

const ORDINARY = 64_002;
const HOSTS = `127.0.0.1 localhost\n${FOUR} listed.example.test # the host's own\n10.0.0.9 listed-private.example.test\n`;
let directory = "";

before(() => {
  directory = mkdtempSync(join(tmpdir(), "cordon-names-"));
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, "hosts"), HOSTS);
  const source = join(import.meta.dirname, "names", "own-network.c");
  const { status, stderr } = spawnSync("cc", ["-O1", "-o", join(directory, "own-network"), source], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
});
after(() => rmSync(directory, { recursive: true, force: true }));

function runInside(user: string, uid: number | undefined): void {
  const home = join(directory, user);
  mkdirSync(home);
  if (uid !== undefined) chownSync(home, uid, uid);
  const words = [`--hosts=${join(directory, "hosts")}`, FOUR, SIX, "--"];
  const inside = globSync(join(import.meta.dirname, "names", "*.inside.ts")).sort();
  assert.notEqual(inside.length, 0);
  const environment: NodeJS.ProcessEnv = { ...process.env, HOME: home, TMPDIR: home };
  // Else the inner runner believes that it is one of the outer one's files.
  delete environment["NODE_TEST_CONTEXT"];
  const { status, stdout, stderr } = spawnSync(
    join(directory, "own-network"),
    [
      ...words,
      process.execPath,
      "--test",
      "--test-reporter=spec",
      "--test-timeout=60000",
      "--test-concurrency=1",
      ...inside,
    ],
    { encoding: "utf8", env: environment, cwd: home, ...(uid === undefined ? {} : { uid, gid: uid }) },
  );
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /pass [1-9]\d+/);
}

test("names, as whoever runs the tests", () => runInside("own", undefined));

test("names, as an ordinary user", () => {
  // Who is none already has been tested above.
  if (process.getuid?.() === 0) runInside("ordinary", ORDINARY);
  else assert.notEqual(process.getuid?.(), 0);
});
