// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { start } from "./support/cells.ts";
import { until } from "./support/processes.ts";

const flags = ["--limit-memory=512MB", "--limit-processes=64", "--accept=limits"];
const code = "setInterval(() => {}, 1000)";

test("a start removes the cgroups that killed hosts have left, and nobody else's", async (t) => {
  const first = await start(t, { code, flags });
  const made = first.plan.cgroup.steps.flatMap((step) => (step.step === "make" ? [step.directory] : []));
  // Where no cgroup can be made, none is left.
  for (const parent of made.map((directory) => dirname(directory))) {
    const { pid: gone } = spawnSync("true");
    const old = (Date.now() - 120_000).toString(36);
    const named = (name: string): string => join(parent, name);
    const left = named(`cordon-${gone}-${old}-1`);
    const others = [
      `cordon-${process.pid}-${old}-9001`, // of a host that lives
      `cordon-${gone}-${Date.now().toString(36)}-9002`, // just made, by somebody whom we may not see
      `cordon-${gone}-${old}-x`,
      `cordon-${gone}-${old}`,
      `other-${gone}-${old}-1`,
    ].map(named);
    for (const directory of [left, ...others]) mkdirSync(directory);
    t.after(() => {
      for (const directory of [left, ...others]) if (existsSync(directory)) rmdirSync(directory);
    });
    const second = await start(t, { code, flags });
    await until("what was left over is gone", () => !existsSync(left));
    for (const directory of [...others, ...made]) assert.ok(existsSync(directory), directory);
    await second.stop({ grace: 0 });
  }
});
