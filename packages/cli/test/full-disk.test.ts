// SPDX-License-Identifier: Apache-2.0
// What somebody asks a command to write where there is no room: an error that says so, and nothing by half.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const hello = join(import.meta.dirname, "../../../docs/examples/hello.js");

/** Runs the command where the directory `full` has 256 kB, all of them in use; says what is in there afterwards. */
function onFullDisk(directory: string, ...words: readonly string[]) {
  const own = process.getuid?.() === 0 ? ["--mount"] : ["--mount", "--user", "--map-root-user"];
  const script = `
    mount -t tmpfs -o size=256k none "$1" && cd "$1" && cp "$2" hello.js && echo '{ "allow": {} }' > cordon.json
    shift; shift
    head -c 300000 /dev/zero > filling 2> /dev/null
    "$@"
    echo "ended with $?:" * $(cat cordon.json)`;
  const command = [process.execPath, join(import.meta.dirname, "../bin/cordon.js"), ...words];
  const { stdout, stderr } = spawnSync(
    "unshare",
    [...own, "sh", "-c", script, "sh", directory, hello, ...command],
    { encoding: "utf8" },
  );
  return { stdout, stderr };
}

test("on a full disk a command says what it could not write, and leaves what was there", (t) => {
  const full = mkdtempSync(join(tmpdir(), "cordon-full-"));
  t.after(() => rmSync(full, { recursive: true }));
  const left = `ended with 125: cordon.json filling hello.js { "allow": {} }\n`;
  const asked = [
    { words: ["integrity", "--write", "hello.js"], place: `integrity: ${full}/cordon.json` },
    { words: ["learn", "--merge", "hello.js"], place: `learn: ${full}/cordon.json` },
    { words: ["run", `--audit=${full}/none/log`, "hello.js"], place: `--audit: ${full}/none/log` },
  ];
  for (const { words, place } of asked) {
    const { stdout, stderr } = onFullDisk(full, ...words);
    assert.ok(stdout.endsWith(left), `${words.join(" ")}: ${stdout}${stderr}`);
    assert.match(
      stderr,
      new RegExp(`cordon: ${place} cannot be written \\((ENOSPC|ENOENT)\\)\\.\n  Name a place`),
    );
  }
  // The directory that was made for it stays, and is empty: the same command works once there is room.
  const { stdout, stderr } = onFullDisk(full, "oci", `--output=${full}/bundle`, "hello.js");
  assert.match(stderr, /cordon: --output: .*\/bundle cannot be written \(ENOSPC\)\.\n {2}Name a place/);
  assert.match(stdout, /^ended with 125: bundle cordon\.json filling hello\.js/);
});
