// SPDX-License-Identifier: Apache-2.0
// `node tools/fuzz/run-target.ts NAME [SECONDS [DIRECTORY]]`: one of the host's fuzzers, as long as in `npm test` or for so
// many seconds; what is found goes to the directory, and what stands there already is where it begins.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Broken, fuzz } from "./guided.ts";
import { targets } from "./targets/index.ts";

const [name, seconds, directory] = process.argv.slice(2);
const target = targets.find((one) => one.name === name);
if (target === undefined)
  throw new Error(`Expected one of ${targets.map((one) => one.name).join(", ")}; got ${name}`);
const earlier = directory === undefined ? [] : readInputs(directory);
const bounds = seconds === undefined ? {} : { until: Date.now() + Number(seconds) * 1000, seed: Date.now() };
try {
  const { inputs, good, found } = await fuzz(target, bounds, earlier);
  if (directory !== undefined)
    for (const input of found)
      writeFileSync(join(directory, createHash("sha1").update(input).digest("hex")), input);
  console.log(
    `ok   ${inputs} inputs, ${good} of them with something in them; ${found.length} reached something new`,
  );
  console.log(`${target.name}_fuzz: 1 passed, 0 failed`);
} catch (error) {
  if (!(error instanceof Broken)) throw error;
  if (directory !== undefined) writeFileSync(`${directory}.found`, error.input);
  console.log(`${error.message}\n${target.name}_fuzz: 0 passed, 1 failed`);
  process.exitCode = 1;
}
// What an input has left behind (a timer, say) is nobody's any more.
process.exit();

function readInputs(from: string): readonly Buffer[] {
  mkdirSync(from, { recursive: true });
  return readdirSync(from).map((file) => readFileSync(join(from, file)));
}
