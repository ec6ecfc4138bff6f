// SPDX-License-Identifier: Apache-2.0
// A host that starts cells one after the other, three at a time, until it is told to stop: `host.ts GROUND PORT SEED`.
// Its parent kills it, or whatever belongs to its cells, at any moment. What it then says of itself is judged there.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Cell } from "@cordon/cell";
import { CordonError, type WallName } from "@cordon/policy";
import { grantedBy } from "../harness/granted-by.ts";
import { Random } from "./random.ts";

/** What a host says when its cells are gone. */
export interface HostReport {
  readonly cells: number;
  /** Starts that were refused or cut off, by step. */
  readonly refused: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
  /** Before the first cell and after the last one. */
  readonly descriptors: readonly [number, number];
  readonly resources: readonly [string, string];
  readonly listeners: readonly [number, number];
  /** Megabytes in use after each sixteenth of the cells, as the collector left them. */
  readonly resident: readonly number[];
}

const LANES = 3;
const LONGEST = 120;
const STUCK_MS = 30_000;
const SAMPLE_EVERY = 25;
const [ground = "", port = "", seed = "0"] = process.argv.slice(2);
const random = new Random(Number(seed));

const walls: readonly (readonly WallName[])[] = [
  ["namespaces", "filters", "runtime"],
  ["namespaces", "filters", "runtime"],
  ["namespaces", "runtime"],
  ["filters", "runtime"],
];
const limits = ["--limit-memory=512MB", "--limit-open-files=256", "--accept=limits"];
const flags: Readonly<Record<string, readonly string[]>> = {
  brief: [],
  idle: limits,
  parent: [...limits, "--allow-child-process"],
  listen: ["--limit-wall-time=20s"],
};

const resident: number[] = [];
const refused: Record<string, number> = {};
const wrong: string[] = [];
let cells = 0;
let isDraining = false;

/** Waits for a promise; says so if it takes longer than anything here may. */
async function withinReason<T>(what: string, promise: Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  const late = setTimeout(STUCK_MS, undefined, { signal: stop.signal }).then(
    () => void wrong.push(`${what} does not end`),
    () => undefined,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}

async function runOne(what = random.pick(Object.keys(flags)) ?? "brief"): Promise<void> {
  const set = random.pick(walls) ?? [];
  const life = random.below(LONGEST);
  const mode = what === "listen" && set.length === 3 ? "serve" : "run";
  const policy = grantedBy(flags[what] ?? [], ground);
  cells++;
  try {
    const args = [ground, port, what];
    const starting = Cell.start({
      entry: "program.cjs",
      directory: join(ground, "app"),
      args,
      walls: set,
      policy,
      mode,
    });
    const cell = await withinReason(`the start of ${what}`, starting);
    if (cell === undefined) return;
    for (const stream of [cell.stdout, cell.stderr]) stream?.resume();
    await Promise.race([setTimeout(life), cell.exited]);
    await withinReason(`the end of ${what}`, cell.stop({ grace: random.below(2) * 20 }));
  } catch (error) {
    if (error instanceof CordonError && error.code === "ERR_CELL_START") {
      const step = String(error.details.step);
      refused[step] = (refused[step] ?? 0) + 1;
    } else {
      wrong.push(`${what}: ${String(error)}`);
    }
  }
}

async function lane(): Promise<void> {
  while (!isDraining) {
    await runOne();
    if (cells % SAMPLE_EVERY === 0) sample();
  }
}

function sample(): void {
  globalThis.gc?.();
  resident.push(Math.round(process.memoryUsage().rss / 2 ** 17) / 8);
}

const descriptors = (): number => readdirSync("/proc/self/fd").length;
const resources = (): string => process.getActiveResourcesInfo().sort().join(" ");
const listeners = (): number =>
  process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);

process.on("uncaughtException", (error) => {
  wrong.push(`uncaught: ${error.stack ?? String(error)}`);
});
process.on("message", () => {
  isDraining = true;
});
// What a process opens once.
await runOne("idle");
await runOne("listen");
await setTimeout(50);
const before = { descriptors: descriptors(), resources: resources(), listeners: listeners() };
process.send?.("ready");
await Promise.all(Array.from({ length: LANES }, lane));
sample();
// Handles that have been closed go with the next turns of the loop.
for (
  let turn = 0;
  turn < 100 && (descriptors() > before.descriptors || resources() !== before.resources);
  turn++
)
  await setTimeout(20);
const report: HostReport = {
  cells,
  refused,
  wrong,
  descriptors: [before.descriptors, descriptors()],
  resources: [before.resources, resources()],
  listeners: [before.listeners, listeners()],
  resident,
};
process.send?.(report, () => process.exit(0));
