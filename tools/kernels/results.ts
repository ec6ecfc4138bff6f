// SPDX-License-Identifier: Apache-2.0
// What came of the runs under one kernel, kept as JSON until the next time.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "../../attacks/harness/attack.ts";
import type { TestLine } from "./guest/tests.ts";
import type { Run, User } from "./runs.ts";

/** A line of `cordon doctor --json`. */
export interface Property {
  readonly name: string;
  readonly level: string;
  readonly by: string;
}

/** What is kept says which command it came of: results of several stand beside each other. */
interface Of {
  readonly command: string;
}

export type UsersTest = TestLine & { readonly user: User } & Of;
export type KeptOutcome = Outcome & Of;

/** All that is known of one kernel. */
export interface Results {
  readonly kernel: string;
  readonly release: string;
  readonly doctor: Readonly<Partial<Record<User, readonly Property[]>>>;
  /** What was said where nothing may be started. */
  readonly refusals: Readonly<Partial<Record<User, string>>>;
  readonly tests: readonly UsersTest[];
  readonly attacks: readonly KeptOutcome[];
  /** Runs that did not do what they should, as a whole. */
  readonly broken: readonly string[];
  /** The command that these came of. */
  readonly command: string;
  /** How long its machines ran under this kernel, and those of each command before it. */
  readonly minutes: Readonly<Record<string, number>>;
}

/** What `cordon doctor` says of the cell that it tries to start. */
function trialOf(trial: unknown): Property {
  const isStarted = Reflect.get(Object(trial), "ok") === true;
  if (isStarted) return { name: "trial", level: "full", by: "a cell with all three walls started and ended" };
  return { name: "trial", level: "none", by: String(Reflect.get(Object(trial), "problem")) };
}

/** Nothing known yet. */
export function noResults(kernel: string, command: string): Results {
  const nothing = { release: "", doctor: {}, refusals: {}, tests: [], attacks: [], broken: [], minutes: {} };
  return { kernel, command, ...nothing };
}

const asObject = (text: string): object | undefined => {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Adds what one run said. A run that said nothing that counts is broken. */
export function addRun(results: Results, run: Run, lines: readonly string[], code: number | null): Results {
  const found = lines.map(asObject).filter((each) => each !== undefined);
  const { command } = results;
  const broken = (): readonly string[] => [
    ...results.broken,
    `${run.part} as ${run.user} ended with ${code}: ${lines.slice(-8).join(" ⏎ ").slice(-1500)}`,
  ];
  if (run.part === "doctor") {
    const whole = asObject(lines.join("\n")) ?? {};
    const host: unknown = Reflect.get(whole, "host");
    const properties: unknown = Reflect.get(Object(host), "properties");
    if (!Array.isArray(properties)) return { ...results, broken: broken() };
    const trial = trialOf(Reflect.get(whole, "trial"));
    return { ...results, doctor: { ...results.doctor, [run.user]: [...(properties as Property[]), trial] } };
  }
  if (run.part === "refusal") {
    // Exit code 125: nothing was started. The reason is what the operator reads.
    if (code !== 125) return { ...results, broken: broken() };
    return { ...results, refusals: { ...results.refusals, [run.user]: lines.join(" ") } };
  }
  if (run.part === "limits") {
    const tests = found.filter((each): each is TestLine => "test" in each);
    if (tests.length === 0) return { ...results, broken: broken() };
    const { user } = run;
    return { ...results, tests: [...results.tests, ...tests.map((each) => ({ ...each, user, command }))] };
  }
  const outcomes = found.filter((each): each is Outcome => "attack" in each);
  if (outcomes.length === 0) return { ...results, broken: broken() };
  return { ...results, attacks: [...results.attacks, ...outcomes.map((each) => ({ ...each, command }))] };
}

const file = (directory: string, kernel: string): string => join(directory, `${kernel}.json`);

/** Both, the later ones in the place of the earlier ones of the same name. */
function merged<T>(earlier: readonly T[], later: readonly T[], nameOf: (one: T) => string): readonly T[] {
  return [...new Map([...earlier, ...later].map((one) => [nameOf(one), one])).values()];
}

/** What is known after a run that may have been of a part only. Of what was broken only the last run speaks. */
export function joined(earlier: Results | undefined, later: Results): Results {
  // Of another release of the kernel nothing is known any more.
  if (earlier === undefined || earlier.release !== later.release) return later;
  return {
    ...later,
    doctor: { ...earlier.doctor, ...later.doctor },
    refusals: { ...earlier.refusals, ...later.refusals },
    minutes: { ...earlier.minutes, ...later.minutes },
    tests: merged(earlier.tests, later.tests, ({ file, test, user }) => `${user} ${file} ${test}`),
    attacks: merged(
      earlier.attacks,
      later.attacks,
      ({ attack, user, walls }) => `${user} ${walls} ${attack}`,
    ),
  };
}

/** What two machines of one run have found under one kernel. */
export function together(one: Results | undefined, other: Results): Results {
  const broken = [...(one?.broken ?? []), ...other.broken];
  const { command } = other;
  const minutes = (one?.minutes[command] ?? 0) + (other.minutes[command] ?? 0);
  return { ...joined(one, other), broken, minutes: { ...one?.minutes, [command]: minutes } };
}

/** Keeps the results for the next report, beside those of other runs under the same kernel. */
export function keep(directory: string, results: Results): void {
  mkdirSync(directory, { recursive: true });
  const all = joined(kept(directory, results.kernel), results);
  writeFileSync(file(directory, results.kernel), JSON.stringify(all, null, 1));
}

/** What was kept of an earlier run. */
export function kept(directory: string, kernel: string): Results | undefined {
  const path = file(directory, kernel);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Results) : undefined;
}
