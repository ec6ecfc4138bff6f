// SPDX-License-Identifier: Apache-2.0
// `node bench/has.ts [ROUNDS]`: what process.permission.has costs in a cell, beside Node's own under --permission, in
// one interleaved run; and what a drop costs.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Cell } from "@cordon/cell";
import { mergePolicies, parseGrantFlags } from "@cordon/policy";
import { median } from "./median.ts";

type Nanoseconds = Readonly<Record<string, number>>;

const ROUNDS = 5;
const program = join(import.meta.dirname, "programs/has.cjs");
const granted = join(import.meta.dirname, "programs/hello.js");
const args = [granted, "/etc/shadow"];
const { document } = parseGrantFlags([`--allow-fs-read=${granted}`], { directory: "/" });
const policy = mergePolicies(document);

function inNode(): Nanoseconds {
  const flags = ["--permission", `--allow-fs-read=${granted}`, `--allow-fs-read=${program}`];
  const said = execFileSync(process.execPath, [...flags, program, ...args], { encoding: "utf8" });
  return JSON.parse(said) as Nanoseconds;
}

async function inCell(): Promise<Nanoseconds> {
  await using cell = await Cell.start({ entry: program, args, policy });
  if (cell.stdout === null) throw new Error("Expected the cell to have an output");
  return JSON.parse(await text(cell.stdout)) as Nanoseconds;
}

const rounds = Number(process.argv[2] ?? ROUNDS);
const times = new Map<string, { node: number[]; cell: number[] }>();
for (let round = 0; round < rounds; round++) {
  const [node, cell] = [inNode(), await inCell()];
  for (const [name, value] of Object.entries(cell)) {
    const both = times.get(name) ?? { node: [], cell: [] };
    times.set(name, both);
    both.cell.push(value);
    if (node[name] !== undefined) both.node.push(node[name]);
  }
}
console.log(`median of ${rounds} interleaved rounds, Node ${process.version}`);
for (const [name, { node, cell }] of times) {
  const ours = median(cell);
  if (node.length === 0) {
    console.log(`${name.padEnd(28)} cell ${(ours / 1e6).toFixed(2).padStart(8)} ms`);
    continue;
  }
  const theirs = median(node);
  console.log(
    `${name.padEnd(28)} cell ${ours.toFixed(0).padStart(8)} ns  node ${theirs.toFixed(0).padStart(6)} ns  ×${(ours / theirs).toFixed(2)}`,
  );
}
