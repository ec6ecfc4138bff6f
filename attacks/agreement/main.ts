// SPDX-License-Identifier: Apache-2.0
// `node attacks/agreement/main.ts --policies=N --seed=N`: does the kernel do what `decide()` says? Random trees, random
// policies, real cells; each path is read, written, listed or created in. `--only=K` repeats the K-th policy of a seed.
import { spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { CordonError, mergePolicies, parsePolicyFile, type Policy, type WallName } from "@cordon/policy";
import { Cell } from "@cordon/cell";
import fc from "fast-check";
import { ordinaryUid } from "../harness/ordinary.ts";
import { mustRelocate, relocate } from "../harness/relocate.ts";
import { anyCase, type Case, type Rules } from "./arbitrary.ts";
import { disagreement } from "./judge.ts";
import type { Answer } from "./probes.ts";
import { layOut, resolveRules } from "./site.ts";

const { values: options } = parseArgs({
  options: {
    policies: { type: "string", default: "40" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
    only: { type: "string" },
    user: { type: "string" },
  },
});

/** Each wall by itself, the two that the kernel holds, and all: then Node's own answer comes first. */
const sets: readonly (readonly WallName[])[] = [
  ["namespaces"],
  ["filters"],
  ["namespaces", "filters"],
  ["namespaces", "filters", "runtime"],
];

/** Codes of a cell that does not start: fail closed, and nothing to compare. */
const refusals = [
  "ERR_DENY_MISSING_PATH",
  "ERR_GRANT_LINK",
  "ERR_GRANT_UNREADABLE",
  "ERR_NOT_ENFORCEABLE",
  "ERR_PLAN_TOO_LARGE",
];

interface Tally {
  probes: number;
  cells: number;
  refused: number;
  granted: number;
  readonly wrong: string[];
}

async function saidBy(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? "" : await text(stream);
}

/** Runs one policy behind some of the walls, and says where they disagree. */
async function compare(one: Case, walls: readonly WallName[], tally: Tally): Promise<readonly string[]> {
  const site = layOut(one.entries, one.rules);
  try {
    const at = { file: "cordon.json", directory: site.root };
    const read = (rules: Rules): Policy => mergePolicies(parsePolicyFile(JSON.stringify(rules), at));
    const policy = read(one.rules);
    // What `decide()` is asked with: rules are about what a path leads to, as the walls resolve it.
    const resolved = read(resolveRules(one.rules, site.root));
    const cell = await Cell.start({
      entry: site.program,
      directory: site.root,
      policy,
      walls,
      stdio: "pipe",
    });
    cell.stdin?.end();
    const [stdout, stderr] = await Promise.all([saidBy(cell.stdout), saidBy(cell.stderr)]);
    await cell.exited;
    const line = stdout.trim().split("\n").at(-1) ?? "";
    if (!line.startsWith("[")) throw new Error(`Expected the program's answers, got ${stdout} ${stderr}`);
    const answers = JSON.parse(line) as Answer[];
    const paths = [site.root, ...one.entries.map(({ path }) => `${site.root}/${path}`)];
    const named = [policy, resolved].flatMap((each) =>
      [...each["fs.read"].allow, ...each["fs.write"].allow].map((rule) => rule.path),
    );
    tally.cells++;
    return site.probes.flatMap((probe, index) => {
      const answer = answers[index] ?? { code: "none" };
      tally.probes++;
      if (answer.code === "ok") tally.granted++;
      const said = disagreement(
        { policy: resolved, walls, paths, named, hasChanged: site.hasChanged },
        probe,
        answer,
      );
      return said === undefined ? [] : [`${walls.join("+")}: ${said.replaceAll(site.root, "")}`];
    });
  } catch (error) {
    if (!(error instanceof CordonError) || !refusals.includes(error.code)) throw error;
    tally.refused++;
    return [];
  } finally {
    site.dispose();
  }
}

async function run(): Promise<boolean> {
  const seed = Number(options.seed);
  const cases = fc.sample(anyCase, { seed, numRuns: Number(options.policies) });
  const chosen = [...cases.entries()].filter(
    ([index]) => options.only === undefined || index === Number(options.only),
  );
  const tally: Tally = { probes: 0, cells: 0, refused: 0, granted: 0, wrong: [] };
  const next = async (): Promise<void> => {
    for (let each = chosen.shift(); each !== undefined; each = chosen.shift()) {
      const [index, one] = each;
      const wrong: string[] = [];
      for (const walls of sets) wrong.push(...(await compare(one, walls, tally)));
      if (wrong.length > 0) tally.wrong.push(...wrong, `  --only=${index}: ${JSON.stringify(one)}`);
    }
  };
  await Promise.all([next(), next()]);
  const who = process.getuid?.() === 0 ? "root" : "ordinary";
  process.stdout.write(tally.wrong.map((line) => `${line}\n`).join(""));
  process.stdout.write(
    `${who}, seed ${seed}: ${tally.cells} cells, ${tally.probes} probes (${tally.granted} succeeded), ${tally.refused} cells that did not start, ${tally.wrong.filter((line) => !line.startsWith(" ")).length} disagreements\n`,
  );
  return tally.wrong.length === 0 && tally.granted > 0;
}

/** The same once more, as somebody without privileges. */
function runOrdinary(): boolean {
  const words = [
    import.meta.filename,
    `--policies=${options.policies}`,
    `--seed=${options.seed}`,
    "--user=ordinary",
  ];
  if (options.only !== undefined) words.push(`--only=${options.only}`);
  const ended = spawnSync(process.execPath, words, {
    uid: ordinaryUid,
    gid: ordinaryUid,
    cwd: "/",
    stdio: ["ignore", "inherit", "inherit"],
    env: { PATH: process.env["PATH"], HOME: "/nonexistent" },
  });
  return ended.status === 0;
}

if (mustRelocate()) process.exit(relocate(process.argv.slice(2), "attacks/agreement/main.ts"));
const isGood = await run();
const isRoot = process.getuid?.() === 0;
process.exitCode = isGood && (!isRoot || options.user !== undefined || runOrdinary()) ? 0 : 1;
