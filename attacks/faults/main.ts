// SPDX-License-Identifier: Apache-2.0
// `npm run faults`: every call of a cell's set-up fails on purpose, once as root and once as an ordinary user.
//   --depth=sites    each place in the source, in each process that comes to it: what `npm test` runs
//   --depth=calls    each call that is made (the default)
//   --depth=errnos   each place, by every errno that some code takes for something else than a failure
//   --only=NAME      one setting
//   --kills          in place of failures: each process is killed at each place, and the supervisor while it stands there
import { parseArgs } from "node:util";
import { runForBothUsers } from "../harness/both-users.ts";
import { buildFaultyJail, type FaultSite, readSites } from "./jail.ts";
import { unreached } from "./reached.ts";
import { type Kills, killEverywhere } from "./kills.ts";
import { layGround, makeSettings, type Setting } from "./settings.ts";
import { type Depth, type Sweep, sweep } from "./sweep.ts";

const asked = process.argv.slice(2);
if (process.getuid?.() === 0 && !asked.some((word) => word.startsWith("--user="))) buildFaultyJail();
const words = runForBothUsers("attacks/faults/main.ts", import.meta.filename, asked);
const { values: options } = parseArgs({
  args: words === undefined ? [] : [...words],
  options: {
    depth: { type: "string", default: "calls" },
    only: { type: "string" },
    kills: { type: "boolean", default: false },
  },
});

const depths = ["sites", "calls", "errnos"] as const;
const WORKERS = 2;

function depthOf(word: string): Depth {
  const found = depths.find((depth) => depth === word);
  if (found === undefined) throw new Error(`Expected --depth to be one of ${depths.join(", ")}, got ${word}`);
  return found;
}

async function runKills(): Promise<number> {
  const sites = readSites();
  await using ground = await layGround();
  const settings = (await makeSettings(ground)).filter(
    ({ name }) => options.only === undefined || name === options.only,
  );
  const results: Kills[] = [];
  await inTwos(settings, async (setting) => {
    const result = await killEverywhere(setting, sites, ground.root);
    results.push(result);
    console.log(`${setting.name.padEnd(20)} ${result.kills} kills, ${result.wrong.length} wrong`);
    for (const line of result.wrong) console.log(`  ✗ ${line}`);
  });
  const kills = results.reduce((sum, result) => sum + result.kills, 0);
  const wrong = results.reduce((sum, result) => sum + result.wrong.length, 0);
  console.log(`${process.getuid?.() === 0 ? "root" : "ordinary user"}: killed at every site of the set-up`);
  console.log(`${Math.max(0, kills - wrong)} passed, ${wrong} failed`);
  return wrong === 0 ? 0 : 1;
}

/** Two at a time: no plan is carried out twice at once, for its cgroups have names. */
async function inTwos(settings: readonly Setting[], act: (setting: Setting) => Promise<void>): Promise<void> {
  const queue = settings.values();
  const work = async (): Promise<void> => {
    for (const setting of queue) await act(setting);
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
}

async function run(depth: Depth): Promise<number> {
  const sites = readSites();
  await using ground = await layGround();
  const settings = (await makeSettings(ground)).filter(
    ({ name }) => options.only === undefined || name === options.only,
  );
  const results: Sweep[] = [];
  await inTwos(settings, async (setting) => {
    const result = await sweep(setting, sites, ground.root, depth);
    results.push(result);
    const { faults, refused, tolerated, ended, wrong } = result;
    console.log(
      `${setting.name.padEnd(20)} ${faults} faults: ${refused} refused, ${ended} ended, ${tolerated} held all the same, ${wrong.length} wrong`,
    );
    for (const line of wrong) console.log(`  ✗ ${line}`);
  });
  const reached = new Set<FaultSite>(results.flatMap((result) => [...result.reached]));
  // There is nothing that an ordinary user's cell comes to and root's does not.
  const isWhole = options.only === undefined && process.getuid?.() === 0;
  const missed = isWhole ? unreached(sites, reached) : [];
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

if (words !== undefined)
  process.exitCode = options.kills ? await runKills() : await run(depthOf(options.depth));
