// SPDX-License-Identifier: Apache-2.0
// `npm run faults`: every call of a cell's set-up fails on purpose, once as root and once as an ordinary user.
//   --depth=sites    each place in the source, in each process that comes to it: what `npm test` runs
//   --depth=calls    each call that is made (the default)
//   --depth=errnos   each place, by every errno that some code takes for something else than a failure
//   --only=NAME      one setting
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { ordinaryUid } from "../harness/ordinary.ts";
import { mustRelocate, relocate } from "../harness/relocate.ts";
import { buildFaultyJail, type FaultSite, readSites } from "./jail.ts";
import { unreached } from "./reached.ts";
import { layGround, makeSettings } from "./settings.ts";
import { type Depth, type Sweep, sweep } from "./sweep.ts";

const { values: options } = parseArgs({
  options: {
    depth: { type: "string", default: "calls" },
    only: { type: "string" },
    user: { type: "string" },
  },
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

/** The same as a user without privileges. */
function runAsOrdinary(): number {
  const args = [import.meta.filename, `--depth=${options.depth}`, "--user=ordinary"];
  if (options.only !== undefined) args.push(`--only=${options.only}`);
  const child = spawnSync(process.execPath, args, {
    uid: ordinaryUid,
    gid: ordinaryUid,
    cwd: "/",
    stdio: "inherit",
    env: { PATH: process.env["PATH"], HOME: "/" },
  });
  return child.status ?? 1;
}

/** Others' mounts must not look like ours. Shared with nobody but what we start: what a jail let out would be seen. */
function inOwnNamespace(): number {
  const script = 'mount --make-rprivate / && mount --make-rshared / && exec "$@"';
  const words = [
    "--mount",
    "sh",
    "-c",
    script,
    "sh",
    process.execPath,
    ...process.argv.slice(1),
    "--user=root",
  ];
  return spawnSync("unshare", words, { stdio: "inherit" }).status ?? 1;
}

const isRoot = process.getuid?.() === 0;
const depth = depthOf(options.depth);
if (options.user !== undefined) {
  process.exitCode = await run(depth);
} else {
  buildFaultyJail();
  if (mustRelocate()) process.exitCode = relocate(process.argv.slice(2), "attacks/faults/main.ts");
  else if (isRoot) process.exitCode = Math.max(inOwnNamespace(), runAsOrdinary());
  else process.exitCode = await run(depth);
}
