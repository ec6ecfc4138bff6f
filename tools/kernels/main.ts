// SPDX-License-Identifier: Apache-2.0
// `npm run test:kernels`: the attacks and the limits' tests under other kernels, each in a machine of its own.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { everyWalls } from "../../attacks/harness/attack.ts";
import { buildNative } from "../../attacks/harness/native.ts";
import { installVersions } from "../../attacks/harness/versions.ts";
import { kernels, type Kernel } from "./catalogue.ts";
import type { MachineParts } from "./machine.ts";
import { type Archive, kernelPackages, openArchive } from "./packages.ts";
import { performOn } from "./perform.ts";
import { failures, markdown, passing, replaceTables } from "./report.ts";
import { keep, kept, type Results, together } from "./results.ts";
import { refusalsFor, runsFor, type User, users } from "./runs.ts";
import { makeDisk, makeModules, userland } from "./tree.ts";

const root = dirname(dirname(import.meta.dirname));
const work = join(root, ".cordon", "kernels");
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
  },
});

function chosen<T extends string>(flag: string, given: string, allowed: readonly T[]): readonly T[] {
  const words = given.split(",");
  const unknown = words.find((word) => !allowed.some((each) => each === word));
  if (unknown !== undefined)
    throw new Error(`Expected --${flag} among ${allowed.join(", ")}, got ${unknown}`);
  return allowed.filter((each) => words.includes(each));
}

const place = (...names: string[]): string => join(work, ...names);

const archiveOf = (release?: string): Archive => openArchive(place("apt", release ?? "own"), release);

function fetch(into: string, names: readonly string[]): void {
  if (existsSync(into)) return;
  process.stderr.write(`kernels: fetching ${names.join(" ")}\n`);
  archiveOf().unpack(names, into, true);
}

function fetchKernel(into: string, { name, release }: Kernel): void {
  if (existsSync(into)) return;
  process.stderr.write(`kernels: fetching Linux ${name}\n`);
  const archive = archiveOf(release);
  archive.unpack(kernelPackages(archive, "linux-image-amd64"), into, false);
}

/** Fetches what all machines are made of, unless it is there, and makes the disk that they share. */
function prepareAll(): { qemu: string; disk: string } {
  if (options.fresh) rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  fetch(place("qemu"), ["qemu-system-x86", "busybox-static", "e2fsprogs"]);
  fetch(place("userland"), userland);
  process.stderr.write("kernels: making the disk\n");
  const disk = place("disk.img");
  makeDisk({ userland: place("userland"), tools: place("qemu") }, disk);
  return { qemu: place("qemu"), disk };
}

function prepare(kernel: Kernel, shared: { qemu: string; disk: string }): Omit<MachineParts, "work"> {
  const unpacked = place(`linux-${kernel.name}`);
  fetchKernel(unpacked, kernel);
  mkdirSync(place(kernel.name), { recursive: true });
  const modules = place(kernel.name, "modules.img");
  makeModules({ kernel: unpacked, userland: place("userland"), tools: shared.qemu }, modules);
  return { ...shared, kernel: unpacked, modules };
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
buildNative();
installVersions();

const shared = prepareAll();
const queue = kernels
  .filter(({ name }) => wantedKernels.includes(name))
  .flatMap((kernel) => {
    const parts = prepare(kernel, shared);
    return wantedUsers.map((user) => ({ kernel, user, parts }));
  });
const end = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => end.abort(signal));
if (options.minutes !== undefined) {
  const patience = setTimeout(
    () => end.abort(`${options.minutes} minutes were over`),
    Number(options.minutes) * 60_000,
  );
  patience.unref();
}
const quoted = (word: string): string => (/^[\w=,./:+-]+$/.test(word) ? word : `'${word}'`);
const command = ["npm run test:kernels --", ...process.argv.slice(2).map(quoted)].join(" ");
const found = new Map<string, Results>();
/** One machine after another, of one user's runs under one kernel each. */
async function serve(): Promise<void> {
  for (let next = queue.shift(); next !== undefined && !end.signal.aborted; next = queue.shift()) {
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
await Promise.all(Array.from({ length: Number(options.machines) }, serve));
const all = [...found.values()];
rmSync(shared.disk, { force: true });
process.stdout.write(markdown(all));
if (options.write) {
  const page = join(root, "docs", "kernels.md");
  const everything = kernels.flatMap(({ name }) => kept(place("results"), name) ?? []);
  writeFileSync(page, replaceTables(readFileSync(page, "utf8"), markdown(everything)));
}
const failed = all.flatMap((results) => failures(results));
const passed = all.reduce((sum, results) => sum + passing(results), 0);
for (const failure of failed) process.stderr.write(`✗ ${failure}\n`);
process.stderr.write(`${passed} passed, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;
