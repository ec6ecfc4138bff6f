// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { stackAddresses } from "../../src/node/stack-addresses.ts";

test("the addresses are those that the executable's own symbol table has", () => {
  const found = stackAddresses(process.execPath);
  assert.ok(found !== null);
  const listed = execFileSync("readelf", ["-W", "--dyn-syms", process.execPath], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const addressOf = (name: string): number =>
    Number.parseInt(new RegExp(`: ([0-9a-f]{16}) .* ${name}`).exec(listed)?.[1] ?? "", 16);
  assert.equal(found.current, addressOf("_ZN2v87Isolate13TryGetCurrentEv"));
  assert.equal(found.request, addressOf("_ZN2v87Isolate16RequestInterruptE"));
  assert.equal(found.print, addressOf("_ZN2v87Message22PrintCurrentStackTraceE"));
  assert.equal(found.stream, addressOf("_ZSt4cerr"));
});

test("an executable that is not Node, or none at all, has none", () => {
  assert.equal(stackAddresses("/bin/sh"), null);
  assert.equal(stackAddresses(import.meta.filename), null);
});
