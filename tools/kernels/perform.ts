// SPDX-License-Identifier: Apache-2.0
// One machine's job, from its boot to its results.
import type { Kernel } from "./catalogue.ts";
import { boot, type MachineParts } from "./machine.ts";
import { progress } from "./report.ts";
import { addRun, noResults, type Results } from "./results.ts";
import type { Line, Run } from "./runs.ts";

/** What a machine is to do, for which command, and what ends it before it has. */
export interface Work {
  readonly runs: readonly Run[];
  readonly command: string;
  readonly end: AbortSignal;
}

/** The runs that were cut off or never begun, a line each. */
function undone(
  runs: readonly Run[],
  ended: ReadonlySet<number>,
  { reason }: AbortSignal,
): readonly string[] {
  const left = runs.filter((_run, index) => !ended.has(index));
  return left.map(({ part, user, words }) => {
    const walls = words.find((word) => word.startsWith("--walls=")) ?? "";
    return `${part} as ${user} ${walls}: not done to its end: ${String(reason)}`;
  });
}

/** Does these runs in one machine. What broke off is part of the results. */
export async function performOn(
  { name }: Kernel,
  parts: MachineParts,
  { runs, command, end }: Work,
): Promise<Results> {
  const begun = performance.now();
  const said = runs.map((): string[] => []);
  const ended = new Set<number>();
  let results = noResults(name, command);
  const take = (line: Line): void => {
    if (line.kind === "booted") results = { ...results, release: line.release };
    if (line.kind === "said") {
      said[line.run]?.push(line.text);
      progress(line.text);
    }
    const run = line.kind === "ended" ? runs[line.run] : undefined;
    if (line.kind !== "ended" || run === undefined) return;
    ended.add(line.run);
    results = addRun(results, run, said[line.run] ?? [], line.code);
    const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
    process.stderr.write(`kernels: ${name}: ${run.part} as ${run.user}, after ${minutes} min\n`);
  };
  try {
    await boot(parts, { runs }, take, end);
  } catch (error) {
    // What was said before counts, and so does that it broke off.
    const cut = runs.findIndex((_run, index) => !ended.has(index));
    const run = runs[cut];
    if (run !== undefined) results = addRun(results, run, said[cut] ?? [], null);
    const reason = end.aborted ? undone(runs, ended, end) : [String(error)];
    results = { ...results, broken: [...results.broken, ...reason] };
  }
  return { ...results, minutes: { [command]: (performance.now() - begun) / 60_000 } };
}
