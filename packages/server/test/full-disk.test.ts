// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "./support/host.ts";

const program = join(import.meta.dirname, "programs/full.ts");

test("on a full disk nothing is kept by half or lost, the answer says so, and the host goes on", async (t) => {
  const directory = await temporaryDirectory(t);
  const own = process.getuid?.() === 0 ? ["--mount"] : ["--mount", "--user", "--map-root-user"];
  const script = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"';
  const words = [...own, "sh", "-c", script, "sh", directory, process.execPath, program];
  const { status, stdout, stderr } = spawnSync("unshare", words, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    tenant: "507 ERR_STORE_FULL",
    bundle: "507 ERR_STORE_FULL",
    read: "{}",
    half: "nothing",
    // The same directory, as a host finds it that starts while the disk is full.
    reopened: "done",
    afterwards: "{}",
    again: "done",
    still: "{}",
  });
});
