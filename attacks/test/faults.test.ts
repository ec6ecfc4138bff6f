// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { buildFaultyJail, faultyJail, readSites } from "../faults/jail.ts";
import { isElsewhere } from "../faults/reached.ts";
import { staleEntries } from "../faults/tolerated.ts";

const jail = join(import.meta.dirname, "../../jail");

/** What of libc cannot fail, or is none of the kernel's business: not made to fail. */
const cannotFail = new Set([
  // Text, memory and sets of signals.
  ..."memchr memcmp memcpy memmove memset qsort strchr strcmp strcspn strlen strncmp strnlen strrchr strsep strspn strstr".split(
    " ",
  ),
  ..."strerror snprintf sscanf strtol strtoull vsnprintf free sigaddset sigemptyset sigfillset inet_ntop inet_pton".split(
    " ",
  ),
  // The kernel has no errors for them, but a bad argument.
  ..."clock_gettime close closedir fclose geteuid getpid getuid pause raise setitimer sigaction sysconf umask unsetenv".split(
    " ",
  ),
  // The end, and what is said before it.
  ..."_exit abort exit fflush fprintf fputs fwrite perror printf putchar puts stderr stdout".split(" "),
  // The compiler's and the linker's own.
  ..."__errno_location __explicit_bzero_chk dirfd __stack_chk_fail _GLOBAL_OFFSET_TABLE_ environ".split(" "),
]);

/** Names, as nm lists them. */
function symbols(
  which: "--defined-only" | "--undefined-only",
  objects: readonly string[],
): readonly string[] {
  const { stdout, status, stderr } = spawnSync("nm", [which, "-j", ...objects], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "" && !line.endsWith(":"));
}

/** `__isoc99_sscanf`, `__snprintf_chk`: the names that a libc gives its checked forms. */
const plainName = (name: string): string => name.replace(/^__(?:isoc\d+_)?/, "").replace(/_chk$/, "");

suite("every step of the jail can be made to fail", () => {
  before(buildFaultyJail);

  test("each call of libc's that the jail makes is one that can be made to fail, or one that cannot fail", () => {
    const objects = globSync(join(jail, "build/*.o"));
    assert.ok(objects.length > 50, "the jail's own objects");
    const own = new Set(symbols("--defined-only", objects));
    const called = new Set(symbols("--undefined-only", objects).filter((name) => !own.has(name)));
    const table = readFileSync(join(jail, "faults/faults.h"), "utf8");
    const failing = new Set([...table.matchAll(/^#define ([a-z_0-9]+)\(/gm)].map(([, name]) => name ?? ""));
    const forgotten = [...called].filter(
      (name) => !cannotFail.has(name) && !failing.has(plainName(name)) && !cannotFail.has(plainName(name)),
    );
    assert.deepEqual(forgotten, [], "list them in jail/faults/faults.h, or here if they cannot fail");
    assert.ok(called.size > 100);
  });

  test("the jail that is shipped has nothing of it: no hook, no table, no word on its command line", () => {
    const built = readFileSync(join(jail, "build/cordon-jail"), "latin1");
    const faulty = readFileSync(faultyJail, "latin1");
    for (const word of ["fault_fails", "fault_sites", "--fault=", "--ledger="]) {
      assert.ok(faulty.includes(word), `the other one has ${word}`);
      assert.ok(!built.includes(word), word);
    }
    const { status, stderr } = spawnSync(join(jail, "build/cordon-jail"), ["--fault=init:1:EIO"], {
      encoding: "utf8",
    });
    assert.equal(status, 125);
    assert.match(stderr, /^usage:/);
  });

  test("what is said to be out of reach, or to be held all the same, exists", () => {
    const sites = readSites();
    assert.ok(sites.length > 400);
    assert.deepEqual(staleEntries(sites), []);
    assert.deepEqual(
      isElsewhere.filter((name) => !sites.some((site) => site.function === name)),
      [],
    );
  });
});
