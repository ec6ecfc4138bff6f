// SPDX-License-Identifier: Apache-2.0
// The tests of limits and of freezing once more, on hosts that have less than this one: without cgroup v2's tree beside
// v1's, without any cgroup, and as an ordinary user, to whom none is delegated. Each host is made for real.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

const ORDINARY = 64_003;
const files = ["counted-limits.test.ts", "freeze.test.ts", "told-limits.test.ts"].map((name) =>
  join(import.meta.dirname, name),
);
// Of each kind of limit one, and what is different about freezing.
const pattern =
  "processor time ends|a weight is set|memory that one|what a cell uses|what is used|does nothing|stopped and killed";

/** Runs the tests on another host, which `words` lead to. */
function testOn(
  context: TestContext,
  words: readonly string[],
  ids: { readonly uid?: number; readonly gid?: number } = {},
): void {
  const home = mkdtempSync(join(tmpdir(), "cordon-ground-"));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  chmodSync(home, 0o777);
  const [file = "", ...args] = [
    ...words,
    process.execPath,
    "--test",
    `--test-name-pattern=${pattern}`,
    ...files,
  ];
  // What was found out about this host is not so on that one.
  const env = { PATH: process.env["PATH"], HOME: home, XDG_CACHE_HOME: join(home, "cache") };
  const { status, stdout, stderr } = spawnSync(file, args, { ...ids, env, encoding: "utf8", cwd: home });
  assert.equal(status, 0, stdout + stderr);
  // A pattern that fits nothing would pass too.
  assert.ok(Number(/^ℹ pass (\d+)$/m.exec(stdout)?.[1]) >= 9, stdout);
}

const inMounts = (script: string): string[] => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `${script} && exec "$@"`,
  "sh",
];
const unified = "/sys/fs/cgroup/unified";

if (process.getuid?.() === 0) {
  if (existsSync(unified)) {
    test("cgroup v1 alone holds the limits, and its freezer freezes", (t) => {
      testOn(t, inMounts(`umount ${unified}`));
    });
  }

  test("without any cgroup the supervisor's watch holds what the policy lets it hold", (t) => {
    testOn(t, inMounts("umount -R /sys/fs/cgroup"));
  });
}

test("an ordinary user's cells are held to their limits", (t) => {
  testOn(t, [], process.getuid?.() === 0 ? { uid: ORDINARY, gid: ORDINARY } : {});
});
