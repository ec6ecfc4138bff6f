// SPDX-License-Identifier: Apache-2.0
// What is run in a machine, and the lines that it says of it. Lines cross from the machine as JSON.

export const users = ["root", "ordinary"] as const;
export type User = (typeof users)[number];

/** One program that is run in the machine. */
export interface Run {
  readonly part: "doctor" | "refusal" | "limits" | "attacks";
  readonly user: User;
  /** Words after Node's own, in the project's directory. */
  readonly words: readonly string[];
}

/** What the machine is told, as a file in its first root. */
export interface Job {
  readonly runs: readonly Run[];
}

/** A line of the machine's. */
export type Line =
  | { readonly kind: "booted"; readonly release: string }
  | { readonly kind: "said"; readonly run: number; readonly text: string }
  | { readonly kind: "ended"; readonly run: number; readonly code: number | null; readonly seconds: number }
  | { readonly kind: "done" };

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Reads a line; `undefined` if it is none of ours. */
export function parseLine(text: string): Line | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // cut off by the machine's end
  }
  if (typeof value !== "object" || value === null) return undefined;
  const field = (name: string): unknown => Reflect.get(value, name);
  const [kind, run, said, release, code, seconds] = ["kind", "run", "text", "release", "code", "seconds"].map(
    field,
  );
  if (kind === "done") return { kind };
  if (kind === "booted" && isText(release)) return { kind, release };
  if (kind === "said" && isNumber(run) && isText(said)) return { kind, run, text: said };
  if (kind === "ended" && isNumber(run) && isNumber(seconds))
    return { kind, run, seconds, code: isNumber(code) ? code : null };
  return undefined;
}

/** What to run, as one user, by the words of the command line. */
export interface Wanted {
  readonly parts: readonly Run["part"][];
  /** The limits' test files, relative to the project. */
  readonly tests: readonly string[];
  /** Which of their tests, as a regular expression. */
  readonly named?: string | undefined;
  readonly only?: string | undefined;
  readonly walls: readonly string[];
  readonly controls: boolean;
}

/** The runs of a machine under whose kernel nothing may start. */
export function refusalsFor(user: User): readonly Run[] {
  return [
    doctorFor(user),
    { part: "refusal", user, words: ["packages/cli/bin/cordon.js", "run", "hello.js"] },
  ];
}

function doctorFor(user: User): Run {
  return { part: "doctor", user, words: ["packages/cli/bin/cordon.js", "doctor", "--json"] };
}

/** The runs of one machine. */
export function runsFor(user: User, wanted: Wanted): readonly Run[] {
  const named = wanted.named === undefined ? [] : [`--named=${wanted.named}`];
  const limits: Run = {
    part: "limits",
    user,
    words: ["tools/kernels/guest/tests.ts", ...named, ...wanted.tests],
  };
  const attacks = wanted.walls.map((walls): Run => {
    const words = ["attacks/main.ts", "--json", "--jobs=1", `--user=${user}`, `--walls=${walls}`];
    if (wanted.only !== undefined) words.push(`--only=${wanted.only}`);
    if (!wanted.controls) words.push("--controls-elsewhere");
    return { part: "attacks", user, words };
  });
  // The attacks first: a run may be ended before the rest.
  const all: readonly Run[] = [doctorFor(user), ...attacks, limits];
  return all.filter(({ part }) => wanted.parts.includes(part));
}
