// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { syscallTables } from "../src/seccomp/numbers/index.ts";
import { readRows } from "../src/seccomp/numbers/table.ts";
import { ruleEntries, rulesByNumber } from "../src/seccomp/rules/index.ts";
import { allOptions } from "./seccomp-options.ts";
import { ordinary } from "./seccomp-options.ts";

const range = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test("every number up to Linux 6.18 has a name", () => {
  assert.deepEqual([...syscallTables.x64.byNumber.keys()], [...range(0, 336), ...range(424, 469)]);
  assert.deepEqual(
    [...syscallTables.arm64.byNumber.keys()],
    [...range(0, 243), ...range(260, 294), ...range(424, 469)],
  );
});

// From the kernel's tables, spread so that a name left out or doubled shifts at least one of them.
const known = {
  x64: {
    read: 0,
    ioctl: 16,
    socket: 41,
    fork: 57,
    execve: 59,
    fcntl: 72,
    chdir: 80,
    ptrace: 101,
    prctl: 157,
    arch_prctl: 158,
    gettid: 186,
    futex: 202,
    clock_gettime: 228,
    tgkill: 234,
    openat: 257,
    splice: 275,
    process_vm_readv: 310,
    seccomp: 317,
    memfd_create: 319,
    bpf: 321,
    statx: 332,
    rseq: 334,
    uprobe: 336,
  },
  arm64: {
    io_setup: 0,
    getcwd: 17,
    ioctl: 29,
    openat: 56,
    read: 63,
    exit: 93,
    futex: 98,
    kill: 129,
    tgkill: 131,
    prctl: 167,
    getpid: 172,
    socket: 198,
    connect: 203,
    clone: 220,
    execve: 221,
    mmap: 222,
    fadvise64: 223,
    accept4: 242,
    recvmmsg: 243,
    wait4: 260,
    prlimit64: 261,
    seccomp: 277,
    bpf: 280,
    statx: 291,
    rseq: 293,
  },
} as const;
const shared = {
  pidfd_send_signal: 424,
  io_uring_setup: 425,
  clone3: 435,
  openat2: 437,
  faccessat2: 439,
  landlock_restrict_self: 446,
  memfd_secret: 447,
  fchmodat2: 452,
  statmount: 457,
  mseal: 462,
  open_tree_attr: 467,
  file_setattr: 469,
} as const;

for (const arch of ["x64", "arm64"] as const) {
  test(`the numbers of ${arch} are the kernel's`, () => {
    const { byName } = syscallTables[arch];
    for (const [name, number] of Object.entries({ ...known[arch], ...shared })) {
      assert.equal(byName.get(name), number, name);
    }
  });
}

test("every named call has a rule of its own choosing, in every combination of options", () => {
  for (const options of allOptions) {
    const { byNumber } = syscallTables[options.arch];
    const unlisted = [...rulesByNumber(options)].filter(([, { reason }]) => reason === "on no list");
    assert.deepEqual(
      unlisted.map(([number]) => byNumber.get(number)),
      [],
    );
  }
});

test("every rule is for a call that an architecture has", () => {
  const names = new Set([...syscallTables.x64.byName.keys(), ...syscallTables.arm64.byName.keys()]);
  const strangers = ruleEntries(ordinary)
    .flatMap(([list]) => list.split(" "))
    .filter((name) => !names.has(name));
  assert.deepEqual(strangers, []);
});

test("a table with a number twice is refused", () => {
  assert.throws(
    () =>
      readRows(1, [
        [0, "read write"],
        [1, "open"],
      ]),
    /got open \(1\) again/,
  );
});
