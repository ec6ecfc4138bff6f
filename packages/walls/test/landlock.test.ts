// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fsRights, landlockFsRights, landlockMasks, landlockRightNames } from "../src/landlock.ts";

test("each ABI handles what its kernel knows", () => {
  const masks = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((abi) => landlockMasks(abi));
  assert.deepEqual(
    masks.map(({ fs }) => fs),
    [0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff, 0xffff, 0xffff, 0xffff],
  );
  assert.deepEqual(
    masks.map(({ net }) => net),
    [0, 0, 0, 0, 3, 3, 3, 3, 3],
  );
  assert.deepEqual(
    masks.map(({ scope }) => scope),
    [0, 0, 0, 0, 0, 0, 3, 3, 3],
  );
});

test("reading grants no writing, and neither grants executing", () => {
  const names = (access: { read: boolean; write: boolean; execute: boolean }): readonly string[] =>
    landlockRightNames(landlockFsRights, fsRights(access, 6));
  assert.deepEqual(names({ read: true, write: false, execute: false }), ["read_file", "read_dir"]);
  assert.deepEqual(names({ read: false, write: false, execute: true }), ["execute"]);
  assert.deepEqual(names({ read: false, write: true, execute: false }), [
    "write_file",
    "remove_dir",
    "remove_file",
    "make_dir",
    "make_reg",
    "make_sym",
    "refer",
    "truncate",
  ]);
});

test("no grant lets a device node, a FIFO or a socket be made", () => {
  const all = fsRights({ read: true, write: true, execute: true }, 99);
  const made = landlockRightNames(landlockFsRights, all);
  for (const name of ["make_char", "make_block", "make_fifo", "make_sock", "ioctl_dev"])
    assert.ok(!made.includes(name));
});

const anyAccess = fc.record({
  read: fc.boolean(),
  write: fc.boolean(),
  execute: fc.boolean(),
  directory: fc.boolean(),
});

test("a rule never names a right that its rule set does not handle", () => {
  fc.assert(
    fc.property(anyAccess, fc.nat({ max: 12 }), (access, abi) => {
      assert.equal(fsRights(access, abi) & ~landlockMasks(abi).fs, 0);
    }),
  );
});

test("a rule for a file names rights for files only", () => {
  const forFiles = 0b1 | 0b10 | 0b100 | (1 << 14) | (1 << 15);
  fc.assert(
    fc.property(anyAccess, fc.nat({ max: 12 }), (access, abi) => {
      assert.equal(fsRights({ ...access, directory: false }, abi) & ~forFiles, 0);
    }),
  );
});
