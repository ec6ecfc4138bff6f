// SPDX-License-Identifier: Apache-2.0
// `npm run test:kernels`: the attacks and the limits' tests under other kernels, each in a machine of its own.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { everyWalls } from "../../attacks/harness/attack.ts";
import { buildNative } from "../../attacks/harness/native.ts";
import { installVersions } from "../../attacks/harness/versions.ts";
import { type Kernel, kernels } from "./catalogue.ts";
import type { MachineParts } from "./machine.ts";
import { performOn } from "./perform.ts";
import { place, prepare, prepareAll } from "./prepare.ts";
import { failures, markdown, passing, replaceTables } from "./report.ts";
import { keep, kept, type Results, together } from "./results.ts";
import { refusalsFor, runsFor, type User, users } from "./runs.ts";

const root = dirname(dirname(import.meta.dirname));
const everyPart = ["doctor", "refusal", "limits", "attacks"] as const;

const { values: options } = parseArgs({
  options: {
    kernels: { type: "string", default: kernels.map(({ name }) => name).join() },
    parts: { type: "string", default: everyPart.join() },
    users: { type: "string", default: users.join() },
    walls: { type: "string", default: "all" },
    only: { type: "string" },
    tests: { type: "string", default: "packages/cell/test/*{limit,usage,freez}*.test.ts" },
    named: { type: "string" },
    minutes: { type: "string" },
    controls: { type: "boolean", default: false },
    machines: { type: "string", default: String(availableParallelism()) },
    fresh: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
  },
});

function chosen<T extends string>(flag: string, given: string, allowed: readonly T[]): readonly T[] {
  const words = given.split(",");
  const unknown = words.find((word) => !allowed.some((each) => each === word));
  if (unknown !== undefined)
    throw new Error(`Expected --${flag} among ${allowed.join(", ")}, got ${unknown}`);
  return allowed.filter((each) => words.includes(each));
}

const wantedKernels = chosen(
  "kernels",
  options.kernels,
  kernels.map(({ name }) => name),
);
const tests = globSync(options.tests, { cwd: root }).sort();
if (tests.length === 0) throw new Error(`Expected --tests to name test files, got ${options.tests}`);
const wanted = {
  parts: chosen("parts", options.parts, everyPart),
  walls: chosen("walls", options.walls, everyWalls),
  controls: options.controls,
  only: options.only,
  tests,
  named: options.named,
};
const wantedUsers: readonly User[] = chosen("users", options.users, users);
const end = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => end.abort(signal));
const quoted = (word: string): string => (/^[\w=,./:+-]+$/.test(word) ? word : `'${word}'`);
const command = ["npm run test:kernels --", ...process.argv.slice(2).map(quoted)].join(" ");
const found = new Map<string, Results>();

interface Machine {
  readonly kernel: Kernel;
  readonly user: User;
  readonly parts: Omit<MachineParts, "work">;
}

/** One machine after another, of one user's runs under one kernel each. */
async function serve(queue: Machine[]): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { kernel, user, parts } = next;
    const own = place(kernel.name, user);
    mkdirSync(own, { recursive: true });
    const runs = kernel.refuses === true ? refusalsFor(user) : runsFor(user, wanted);
    const work = { runs, command, end: end.signal };
    const results = await performOn(kernel, { ...parts, work: own }, work);
    const all = together(found.get(kernel.name), results);
    found.set(kernel.name, all);
    // At once: a run that is broken off later has these all the same.
    keep(place("results"), all);
  }
}

async function serveAll(): Promise<void> {
  buildNative();
  installVersions();
  const shared = prepareAll(options.fresh);
  const queue = kernels
    .filter(({ name }) => wantedKernels.includes(name))
    .flatMap((kernel) => {
      const parts = prepare(kernel, shared);
      return wantedUsers.map((user) => ({ kernel, user, parts }));
    });
  if (options.minutes !== undefined) {
    const reason = `${options.minutes} minutes were over`;
    setTimeout(() => end.abort(reason), Number(options.minutes) * 60_000).unref();
  }
  await Promise.all(Array.from({ length: Number(options.machines) }, () => serve(queue)));
  rmSync(shared.disk, { force: true });
}

const everything = (): readonly Results[] =>
  kernels.flatMap(({ name }) => kept(place("results"), name) ?? []);
if (!options.report) await serveAll();
const all = options.report ? everything() : [...found.values()];
process.stdout.write(markdown(all));
if (options.write) {
  const page = join(root, "docs", "kernels.md");
  writeFileSync(page, replaceTables(readFileSync(page, "utf8"), markdown(everything())));
}
const failed = all.flatMap((results) => failures(results));
const passed = all.reduce((sum, results) => sum + passing(results), 0);
for (const failure of failed) process.stderr.write(`✗ ${failure}\n`);
process.stderr.write(`${passed} passed, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;
