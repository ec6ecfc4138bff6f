// SPDX-License-Identifier: Apache-2.0
// `node bench/connections.ts [ROUNDS]`: what an HTTP request costs in a cell beside plain Node, over a new connection each
// time (the broker makes it) and over an established one (nobody is between), in one interleaved run.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { Cell } from "@cordon/cell";
import { mergePolicies, parseGrantFlags } from "@cordon/policy";
import { median } from "./median.ts";

const ROUNDS = 60;
const REQUESTS = 50;
const programs = join(import.meta.dirname, "programs");

type Way = "new" | "kept";

/** A program that asks so many times over connections of that kind; nanoseconds of a request. */
type Asker = (how: Way) => Promise<number>;

function askerOf({ stdin, stdout }: { stdin: Writable | null; stdout: Readable | null }): Asker {
  if (stdin === null || stdout === null) throw new Error("Expected a program with an input and an output");
  const lines = createInterface(stdout)[Symbol.asyncIterator]();
  return async (how) => {
    stdin.write(`${how} ${REQUESTS}\n`);
    const { value, done } = (await lines.next()) as IteratorResult<string, string>;
    if (done === true) throw new Error("Expected a number, got the program's end");
    return Number(value);
  };
}

function node(name: string, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(programs, name), ...args], { stdio: ["pipe", "pipe", "inherit"] });
}

const rounds = Number(process.argv[2] ?? ROUNDS);
const answerer = node("answerer.cjs");
if (answerer.stdout === null) throw new Error("Expected the server to have an output");
const [port] = (await once(createInterface(answerer.stdout), "line")) as [string];
const plain = node("asker.cjs", port);
const { document } = parseGrantFlags([`--allow-net=127.0.0.1:${port}`], { directory: "/" });
const cell = await Cell.start({
  entry: join(programs, "asker.cjs"),
  args: [port],
  policy: mergePolicies(document),
});
cell.stderr?.pipe(process.stderr);
const askers: readonly [string, Asker][] = [
  ["node", askerOf(plain)],
  ["cell", askerOf(cell)],
];
const ways: readonly Way[] = ["new", "kept"];
const times = new Map(askers.flatMap(([name]) => ways.map((how) => [`${name} ${how}`, [] as number[]])));
for (let round = -3; round < rounds; round++)
  for (const how of ways)
    for (const [name, ask] of round % 2 === 0 ? askers : askers.toReversed()) {
      const nanoseconds = await ask(how);
      if (round >= 0) times.get(`${name} ${how}`)?.push(nanoseconds); // warm before
    }
const of = (name: string): readonly number[] => times.get(name) ?? [];

console.log(`${rounds} interleaved rounds of ${REQUESTS} requests, Node ${process.version}`);
for (const how of ways) {
  const [theirs, ours] = [of(`node ${how}`), of(`cell ${how}`)];
  // Neighbours in time met the same machine: the median of their ratios says more than the ratio of the medians.
  const ratios = ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
  const fastest = Math.min(...ours) / Math.min(...theirs);
  console.log(
    `${how.padEnd(5)} node ${(median(theirs) / 1000).toFixed(0).padStart(5)} µs  cell ${(median(ours) / 1000).toFixed(0).padStart(5)} µs  ×${median(ratios).toFixed(2)}  (fastest ×${fastest.toFixed(2)})`,
  );
}
plain.kill();
answerer.kill();
await cell.stop({ grace: 0 });
