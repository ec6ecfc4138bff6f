// SPDX-License-Identifier: Apache-2.0
// `npm run attacks`: every hostile program without walls, with all of them, and with each one taken away.
import { parseArgs } from "node:util";
import { type Outcome, everyWalls, passes, type User, type Walls } from "./harness/attack.ts";
import { loadAttacks, narrow } from "./harness/catalogue.ts";
import { containerWalls, everyRuntime, fitsContainer } from "./harness/containers.ts";
import { buildNative } from "./harness/native.ts";
import { runAsOrdinary } from "./harness/ordinary.ts";
import { mustRelocate, relocate } from "./harness/relocate.ts";
import { printMarkdown, printTable } from "./harness/report.ts";
import { printContainers } from "./harness/report-containers.ts";
import { runSuite } from "./harness/suite.ts";
import { installVersions } from "./harness/versions.ts";
import { withRuntimes } from "../tools/runtimes/fetch.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    controls: { type: "boolean", default: false },
    // Where each run is dear: that the programs work without walls is shown by another run of the same suite.
    "controls-elsewhere": { type: "boolean", default: false },
    only: { type: "string" },
    walls: { type: "string" },
    with: { type: "string" },
    user: { type: "string" },
    // A column of its own costs a fifth of the suite, and root's floor holds by what the ordinary user's does.
    "floor-of": { type: "string" },
    jobs: { type: "string", default: "2" },
  },
});

function oneOf<T extends string>(
  flag: string,
  given: string | undefined,
  allowed: readonly T[],
): readonly T[] {
  if (given === undefined) return allowed;
  const chosen = allowed.filter((value) => value === given);
  if (chosen.length === 0)
    throw new Error(`Expected --${flag} to be one of ${allowed.join(", ")}, got ${given}`);
  return chosen;
}

const runtime = options.with === undefined ? undefined : oneOf("with", options.with, everyRuntime)[0];
const columns = runtime === undefined ? everyWalls : containerWalls;
const walls: readonly Walls[] = options.controls ? [] : oneOf("walls", options.walls, columns);
const isRoot = process.getuid?.() === 0;
const users: readonly User[] = oneOf("user", options.user, isRoot ? ["root", "ordinary"] : ["ordinary"]);
if (!isRoot && options.user === undefined && !options.json)
  process.stderr.write("Not root: only the ordinary user's column is run. Run as root for both.\n");

const known = narrow(await loadAttacks(), options.only);
const attacks = runtime === undefined ? known : known.filter(fitsContainer);
if (process.env["CORDON_ATTACKS_STAGED"] === undefined) {
  buildNative();
  if (attacks.some(({ attack }) => attack.version !== undefined || attack.oldPackages === true))
    installVersions();
}

// The runtimes that this machine has, else its distribution's, which the ordinary user reaches by the same PATH.
if (runtime !== undefined && process.env["CORDON_ATTACKS_STAGED"] === undefined)
  process.env["PATH"] = withRuntimes().PATH;

if (mustRelocate()) process.exit(relocate(process.argv.slice(2)));

// Once, and not once for each run: a package that does not load is one failure.
if (walls.length > 0) await import("@cordon/cell");

const suiteOptions = { jobs: Number(options.jobs), controls: !options["controls-elsewhere"], runtime };
const outcomes: Outcome[] = [];
const take = (outcome: Outcome): void => {
  outcomes.push(outcome);
  if (options.json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
};
// Both at a time: much of the suite waits, for limits and for what must not happen.
await Promise.all(
  users.map((user) => {
    // The ordinary user's column is another process, under another uid, that says the same lines.
    if (user === "ordinary" && isRoot) return runAsOrdinary(process.argv.slice(2), take);
    const isLeftOut = options["floor-of"] !== undefined && options["floor-of"] !== user;
    const own = isLeftOut ? walls.filter((each) => each !== "floor") : walls;
    return runSuite(user, attacks, own, suiteOptions, take);
  }),
);

const failed = outcomes.filter((outcome) => !passes(outcome));
if (options.markdown && runtime !== undefined) printContainers(attacks, outcomes, runtime);
else if (options.markdown) printMarkdown(attacks, outcomes);
else if (!options.json) printTable(attacks, outcomes);
const closing = `${outcomes.length - failed.length} passed, ${failed.length} failed\n`;
// A document does not end with it.
(options.markdown ? process.stderr : process.stdout).write(closing);
process.exitCode = failed.length === 0 && outcomes.length > 0 ? 0 : 1;
