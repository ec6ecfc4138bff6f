// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Architecture, compileRecorder, interpret } from "../src/seccomp/index.ts";
import { syscallTables } from "../src/seccomp/numbers/index.ts";
import { recordedCalls } from "../src/seccomp/recorder.ts";

const archs: readonly Architecture[] = ["x64", "arm64"];
const sources = join(import.meta.dirname, "../../../jail/src/record");

test("a recorder hands over what names a file or an endpoint, and refuses nothing but a ring", () => {
  for (const arch of archs) {
    const program = compileRecorder(arch);
    for (const [nr, name] of syscallTables[arch].byNumber) {
      const { kind } = interpret(program, { arch, nr, args: [0n, 0n, 0n, 0x20n, 0n, 0n] });
      const expected =
        name === "io_uring_setup" ? "errno" : recordedCalls.includes(name) ? "notify" : "allow";
      assert.equal(kind, expected, `${name} on ${arch}`);
    }
    const unknown = interpret(program, { arch, nr: 100_000, args: [0n, 0n, 0n, 0n, 0n, 0n] });
    assert.equal(unknown.kind, "allow");
  }
});

test("of mappings, those of files that are executable are handed over", () => {
  const nr = syscallTables.x64.byName.get("mmap") ?? -1;
  const mmap = (protection: bigint, flags: bigint): string =>
    interpret(compileRecorder("x64"), { arch: "x64", nr, args: [0n, 0n, protection, flags, 3n, 0n] }).kind;
  assert.deepEqual([mmap(5n, 2n), mmap(1n, 2n), mmap(5n, 0x22n)], ["notify", "allow", "allow"]);
});

test("the jail knows every call that is handed over", () => {
  const code = ["record_paths.c", "record_network.c"]
    .map((name) => readFileSync(join(sources, name), "utf8"))
    .join("");
  for (const name of recordedCalls) assert.match(code, new RegExp(`\\bSYS_${name}\\b`), name);
  for (const [, name = ""] of code.matchAll(/\{SYS_(\w+),/g)) assert.ok(recordedCalls.includes(name), name);
});
