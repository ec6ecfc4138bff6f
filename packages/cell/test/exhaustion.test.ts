// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { directoryWith } from "./support/cells.ts";

const host = join(import.meta.dirname, "programs/exhausted.ts");
const isRoot = process.getuid?.() === 0;
// Nobody's, and of no other test: how many processes a user has is counted over the whole machine.
const uid = 64_021;

/** Runs the host with a limit of its own, and returns its lines. */
function linesOf(words: readonly string[], user?: number): readonly string[] {
  const [command = "", ...args] = words;
  const as = user === undefined ? {} : { uid: user, gid: user };
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], XDG_CACHE_HOME: "/dev/null" },
    ...as,
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout.trimEnd().split("\n");
}

test("a host without descriptors refuses its cells with the reason, lives, and starts them again", (t) => {
  const root = directoryWith(t, { "main.js": "" });
  const lines = linesOf([
    "prlimit",
    "--nofile=64:64",
    process.execPath,
    host,
    "descriptors",
    join(root, "main.js"),
  ]);
  assert.equal(lines[0], "first ran: 0");
  assert.equal(lines.at(-1), "then ran: 0");
  const refused = lines.filter((line) => line.includes("refused"));
  assert.ok(refused.length >= 2, lines.join("\n"));
  for (const line of refused) assert.match(line, /EMFILE.*Remedy: .*ulimit -n/);
  for (const line of lines) assert.match(line, /^\w+(?: \d+)? (?:ran: 0|refused: ERR_)/);
});

test("where no further process is allowed a cell is refused with the reason, and started once one is", (t) => {
  const root = directoryWith(t, { "main.js": "" });
  const command = ["prlimit", "--nproc=40:40", process.execPath, host, "processes", join(root, "main.js")];
  // Root is under no such limit.
  const lines = linesOf(command, isRoot ? uid : undefined);
  assert.equal(lines[0], "first ran: 0");
  assert.match(lines[1] ?? "", /^without refused: ERR_\w+: .*EAGAIN.*Remedy: .*ulimit -u/);
  assert.equal(lines[2], "then ran: 0");
});

test("a cell needs nothing of the host's /tmp: it starts where nobody can write there", (t) => {
  const root = directoryWith(t, { "main.js": "console.log('ran')" });
  const program = [join(import.meta.dirname, "programs/host.ts"), "inherit", join(root, "main.js")];
  const script =
    'mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp && ! touch /tmp/x 2>&- && exec "$@"';
  const own = isRoot ? ["--mount"] : ["--mount", "--user", "--map-root-user"];
  const words = [...own, "sh", "-c", script, "sh", process.execPath, ...program];
  const { status, stdout, stderr } = spawnSync("unshare", words, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^ran$/m);
});
