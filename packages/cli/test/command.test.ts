// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import type { Script } from "node:vm";

interface Bundles {
  isFresh(name: string): boolean;
  readBundle(name: string): { readonly script: Script };
}

const cordon = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, "../bin/cordon.js"), ...args], { encoding: "utf8" });

test("help and version go to stdout and end with 0", () => {
  assert.match(cordon("help").stdout, /cordon run \[options\]/);
  assert.equal(cordon().stdout, cordon("--help").stdout);
  assert.match(cordon("--version").stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(cordon("--version").status, 0);
});

test("an unknown command says which was meant", () => {
  const { status, stderr } = cordon("docter");
  assert.equal(status, 125);
  assert.match(stderr, /expected a command among .*, got docter/);
  assert.match(stderr, /Did you mean `cordon doctor`\?/);
});

test("doctor starts a real cell, and says as data what this host can enforce", () => {
  const { status, stdout } = cordon("doctor", "--json");
  const { host, trial } = JSON.parse(stdout) as { host: { properties: unknown[] }; trial: { ok: boolean } };
  assert.deepEqual([status, trial.ok], [0, true]);
  assert.ok(host.properties.length > 5);
  assert.equal(cordon("doctor", "--jsn").status, 125);
});

test("explain gives the policy and the plan as data, and starts nothing", () => {
  const hello = join(import.meta.dirname, "../../../docs/examples/hello.js");
  const { status, stdout } = cordon("explain", "--json", "--allow-net=10.0.0.0/8:443", hello);
  const { plan } = JSON.parse(stdout) as { plan: { walls: string[]; filters: { network: object[] } } };
  assert.equal(status, 0);
  assert.deepEqual(plan.walls, ["namespaces", "filters", "runtime"]);
  assert.equal(plan.filters.network.length, 1);
  assert.doesNotMatch(stdout, /Hello from process/);
});

test("the bundle of `run` comes with code that this Node takes", () => {
  const { isFresh, readBundle } = createRequire(import.meta.url)("../bin/bundle.js") as Bundles;
  assert.ok(isFresh("run"), "run `npm run setup` first");
  assert.equal(readBundle("run").script.cachedDataRejected, false);
});
