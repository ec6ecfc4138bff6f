// SPDX-License-Identifier: Apache-2.0
// `node bench/connections.ts [ROUNDS]`: what an HTTP request costs in a cell beside plain Node, over a new connection each
// time (the broker makes it) and over an established one (nobody is between), in one interleaved run; and beside Node under
// the least that a broker has to do (programs/least_broker.c). docs/connections.md says what is to be seen.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { Cell } from "@cordon/cell";
import { mergePolicies, parseGrantFlags } from "@cordon/policy";
import { median } from "./median.ts";

const ROUNDS = 60;
const WARM = 4;
// A request over an established connection is short: with few of them it is the beginning that is measured.
const REQUESTS = { new: 100, kept: 400 } as const;
const programs = join(import.meta.dirname, "programs");

type Way = keyof typeof REQUESTS;

interface Contender {
  readonly name: string;
  /** Its processes are what comes of this one. */
  readonly pid: string;
  /** Asks so often over connections of that kind; nanoseconds of a request. */
  readonly ask: (how: Way) => Promise<number>;
  readonly stop: () => unknown;
}

/** Of one round: nanoseconds of a request, by the clock and on a processor. */
interface Sample {
  readonly time: number;
  readonly processor: number;
}

function askerOf({ stdin, stdout }: { stdin: Writable | null; stdout: Readable | null }): Contender["ask"] {
  if (stdin === null || stdout === null) throw new Error("Expected a program with an input and an output");
  const lines = createInterface(stdout)[Symbol.asyncIterator]();
  return async (how) => {
    stdin.write(`${how} ${REQUESTS[how]}\n`);
    const { value, done } = (await lines.next()) as IteratorResult<string, string>;
    if (done === true) throw new Error("Expected a number, got the program's end");
    return Number(value);
  };
}

function childrenOf(pid: string): string[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
  return [...children, ...children.flatMap(childrenOf)];
}

/** Nanoseconds on a processor, of a process and all that came of it. */
function processorTime(pid: string): number {
  const threads = [pid, ...childrenOf(pid)].flatMap((one) =>
    readdirSync(`/proc/${one}/task`).map((thread) => `/proc/${one}/task/${thread}/schedstat`),
  );
  return threads.reduce((sum, file) => sum + Number(readFileSync(file, "utf8").split(" ")[0]), 0);
}

/** In a session of its own, as a cell's supervisor is: the scheduler shares a busy machine out by sessions. */
function started(name: string, command: string, ...args: readonly string[]): Contender {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], detached: true });
  return { name, pid: String(child.pid), ask: askerOf(child), stop: () => child.kill() };
}

async function cellOf(port: string): Promise<Contender> {
  const { document } = parseGrantFlags([`--allow-net=127.0.0.1:${port}`], { directory: "/" });
  const before = childrenOf(String(process.pid));
  const entry = join(programs, "asker.cjs");
  const cell = await Cell.start({ entry, args: [port], policy: mergePolicies(document) });
  cell.stderr?.pipe(process.stderr);
  const [pid] = childrenOf(String(process.pid)).filter((one) => !before.includes(one));
  if (pid === undefined) throw new Error("Expected the cell to have a supervisor");
  return { name: "cell", pid, ask: askerOf(cell), stop: () => cell.stop({ grace: 0 }) };
}

async function sampled({ pid, ask }: Contender, how: Way): Promise<Sample> {
  const before = processorTime(pid);
  const time = await ask(how);
  return { time, processor: (processorTime(pid) - before) / REQUESTS[how] };
}

/** Neighbours in time met the same machine: the median of their ratios says more than the ratio of the medians. */
function ratio(ours: readonly Sample[], theirs: readonly Sample[], of: (sample: Sample) => number): string {
  const ratios = ours.map((sample, index) => of(sample) / of(theirs[index] ?? sample));
  return `×${median(ratios).toFixed(2)}`;
}

const rounds = Number(process.argv[2] ?? ROUNDS);
const directory = mkdtempSync(join(tmpdir(), "cordon-connections-"));
const leastBroker = join(directory, "least-broker");
execFileSync("cc", ["-O2", "-o", leastBroker, join(programs, "least_broker.c")]);
const answerer = spawn(process.execPath, [join(programs, "answerer.cjs")], {
  stdio: ["pipe", "pipe", "inherit"],
});
const [port] = (await once(createInterface(answerer.stdout), "line")) as [string];
const asker = [process.execPath, join(programs, "asker.cjs"), port] as const;
const contenders = [
  started("node", ...asker),
  started("least broker", leastBroker, ...asker),
  await cellOf(port),
];

console.log(`${rounds} interleaved rounds, Node ${process.version}`);
for (const how of ["new", "kept"] as const) {
  const samples = new Map(contenders.map(({ name }) => [name, [] as Sample[]]));
  for (let round = -WARM; round < rounds; round++)
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const sample = await sampled(contender, how);
      if (round >= 0) samples.get(contender.name)?.push(sample);
    }
  const theirs = samples.get("node") ?? [];
  for (const [name, ours] of samples) {
    const quickest = Math.min(...ours.map(({ time }) => time)) / Math.min(...theirs.map(({ time }) => time));
    console.log(
      `${how.padEnd(5)} ${name.padEnd(13)} ${(median(ours.map(({ time }) => time)) / 1000).toFixed(0).padStart(5)} µs` +
        `  ${ratio(ours, theirs, ({ time }) => time)}  (fastest ×${quickest.toFixed(2)})` +
        `  on a processor ${(median(ours.map(({ processor }) => processor)) / 1000).toFixed(0).padStart(4)} µs` +
        `  ${ratio(ours, theirs, ({ processor }) => processor)}`,
    );
  }
}
for (const { stop } of contenders) await stop();
answerer.kill();
rmSync(directory, { recursive: true });
