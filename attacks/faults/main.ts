// SPDX-License-Identifier: Apache-2.0
// `npm run faults`: every call of a cell's set-up fails on purpose, once as root and once as an ordinary user.
//   --depth=sites    each place in the source, in each process that comes to it: what `npm test` runs
//   --depth=calls    each call that is made (the default)
//   --depth=errnos   each place, by every errno that some code takes for something else than a failure
//   --only=NAME      one setting
import { parseArgs } from "node:util";
import { runForBothUsers } from "../harness/both-users.ts";
import { buildFaultyJail, type FaultSite, readSites } from "./jail.ts";
import { unreached } from "./reached.ts";
import { layGround, makeSettings } from "./settings.ts";
import { type Depth, type Sweep, sweep } from "./sweep.ts";

const asked = process.argv.slice(2);
if (process.getuid?.() === 0 && !asked.some((word) => word.startsWith("--user="))) buildFaultyJail();
const words = runForBothUsers("attacks/faults/main.ts", import.meta.filename, asked);
const { values: options } = parseArgs({
  args: words === undefined ? [] : [...words],
  options: { depth: { type: "string", default: "calls" }, only: { type: "string" } },
});

const depths = ["sites", "calls", "errnos"] as const;
const WORKERS = 2;

function depthOf(word: string): Depth {
  const found = depths.find((depth) => depth === word);
  if (found === undefined) throw new Error(`Expected --depth to be one of ${depths.join(", ")}, got ${word}`);
  return found;
}

async function run(depth: Depth): Promise<number> {
  const sites = readSites();
  await using ground = await layGround();
  const settings = (await makeSettings(ground)).filter(
    ({ name }) => options.only === undefined || name === options.only,
  );
  const results: Sweep[] = [];
  const queue = settings.values();
  const work = async (): Promise<void> => {
    for (const setting of queue) {
      const result = await sweep(setting, sites, ground.root, depth);
      results.push(result);
      const { faults, refused, tolerated, ended, wrong } = result;
      console.log(
        `${setting.name.padEnd(20)} ${faults} faults: ${refused} refused, ${ended} ended, ${tolerated} held all the same, ${wrong.length} wrong`,
      );
      for (const line of wrong) console.log(`  ✗ ${line}`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  const reached = new Set<FaultSite>(results.flatMap((result) => [...result.reached]));
  const missed = options.only === undefined ? unreached(sites, reached) : [];
  for (const { file, line, function: name, call } of missed)
    console.log(`  ✗ no setting comes to ${file}:${line} ${name} ${call}`);
  const faults = results.reduce((sum, result) => sum + result.faults, 0);
  const wrong = results.reduce((sum, result) => sum + result.wrong.length, 0) + missed.length;
  console.log(
    `${process.getuid?.() === 0 ? "root" : "ordinary user"}: ${reached.size} of ${sites.length} sites come to`,
  );
  console.log(`${Math.max(0, faults - wrong)} passed, ${wrong} failed`);
  return wrong === 0 ? 0 : 1;
}

if (words !== undefined) process.exitCode = await run(depthOf(options.depth));
