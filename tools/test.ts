// SPDX-License-Identifier: Apache-2.0
// `npm test` runs every part; `npm test -- policy jail` the parts named. The last line is the sum: `N passed, N failed`.
import { dirname } from "node:path";
import { styleText } from "node:util";
import { attacks } from "./testing/attacks.ts";
import { faults, kills, soak } from "./testing/faults.ts";
import { containers } from "./testing/containers.ts";
import { jail } from "./testing/jail.ts";
import { nodeTests } from "./testing/node-tests.ts";
import { add, closingLine, exitCodeOf, type Tally } from "./testing/tally.ts";

const root = dirname(import.meta.dirname);
const packages = ["policy", "walls", "runtime", "cell", "server", "cli"];
const parts = [
  nodeTests("tools", "tools/test"),
  jail,
  ...packages.map((name) => nodeTests(name, `packages/${name}/test`)),
  nodeTests("judge", "attacks/test"),
  faults,
  kills,
  soak,
  attacks,
  containers,
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(
    `Expected parts among ${parts.map((part) => part.name).join(", ")}; got ${unknown.join(", ")}.`,
  );
  process.exit(1);
}

const tallies: Tally[] = [];
for (const part of parts.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const start = performance.now();
  const tally = await part.run(root);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const isGood = exitCodeOf(tally) === 0;
  console.log(
    `${styleText(isGood ? "green" : "red", part.name.padEnd(8))} ${closingLine(tally)} (${seconds} s)`,
  );
  // A part that runs nothing has lost its tests: that is a failure, not a success.
  tallies.push(isGood || tally.failed > 0 ? tally : { passed: 0, failed: 1 });
}

const total = add(tallies);
process.exitCode = exitCodeOf(total);
console.log(closingLine(total));
