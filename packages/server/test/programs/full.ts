// SPDX-License-Identifier: Apache-2.0
// A host's state on a disk that fills up: `full.ts DIRECTORY`. One JSON line says what came of each step.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseTenantName } from "../../src/names.ts";
import { parseBundlePath } from "../../src/upload/paths.ts";
import { toProblem } from "../../src/problem.ts";
import type { BundleEntry } from "../../src/store/bundles.ts";
import { openState } from "../../src/store/state.ts";

const directory = process.argv[2] ?? "";
const filler = join(directory, "filler");
const kept = parseTenantName("kept");
const lost = parseTenantName("lost");
const long = JSON.stringify({ allow: {}, note: "x".repeat(400_000) });

function fill(): void {
  for (let size = 65_536; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: "a" });
    } catch {
      // No room for so much.
    }
  }
}

async function codeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return "done";
  } catch (error) {
    const { code, status } = toProblem(error);
    return `${status} ${code}`;
  }
}

async function* entries(): AsyncGenerator<BundleEntry> {
  const path = parseBundlePath("index.js");
  if (path === undefined) throw new Error("Expected index.js to be a path");
  yield { kind: "file", path, executable: false, content: contents() };
}

async function* contents(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(400_000, "x");
}

const data = join(directory, "data");
const result: Record<string, unknown> = {};
{
  await using state = await openState(data);
  await state.store.putTenant(kept, "{}");
  fill();
  result["tenant"] = await codeOf(() => state.store.putTenant(lost, long));
  result["bundle"] = await codeOf(async () => {
    await using staged = await state.bundles.stage(entries());
    await staged.commit();
  });
  result["read"] = (await state.store.getTenant(kept))?.policy;
  result["half"] = (await state.store.getTenant(lost)) === undefined ? "nothing" : "something";
}
result["reopened"] = await codeOf(async () => {
  await using state = await openState(data);
  result["afterwards"] = (await state.store.getTenant(kept))?.policy;
});
rmSync(filler);
{
  await using state = await openState(data);
  result["again"] = await codeOf(() => state.store.putTenant(lost, long));
  result["still"] = (await state.store.getTenant(kept))?.policy;
}
console.log(JSON.stringify(result));
