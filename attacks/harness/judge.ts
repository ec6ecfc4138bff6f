// SPDX-License-Identifier: Apache-2.0
import { type Attack, missingWall, type Proof, type Walls } from "./attack.ts";
import { containerRefusals } from "./containers.ts";
import { commonRefusals } from "./refusals.ts";

/** What one run left behind, as far as the host can see. */
export interface Traces {
  readonly stdout: string;
  readonly stderr: string;
  /** How the process ended, such as "exit 1" or "SIGKILL". */
  readonly end: string;
  readonly killed: boolean;
  /** It was still running after `survivesFor`. */
  readonly survived: boolean;
  readonly secretOut: boolean;
  readonly outsideChanged: boolean;
  readonly harm: string | undefined;
}

interface Word {
  readonly begun?: boolean;
  readonly notRun?: string;
  readonly succeeded?: boolean;
  readonly code?: string;
  readonly detail?: string;
  /** Said by `tool terminal`: bytes that lay in the terminal's input after the run. */
  readonly typed?: number;
}

export type Verdict =
  | { readonly result: "contained"; readonly by: string }
  | { readonly result: "escaped"; readonly by: string }
  | { readonly result: "not run"; readonly by: string };

function words(stdout: string): Word[] {
  const found: Word[] = [];
  for (const line of stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    try {
      found.push(JSON.parse(line) as Word);
    } catch {
      // A line cut off by a kill, or the program's own output: no word.
    }
  }
  return found;
}

function evidence(attack: Attack, traces: Traces, said: readonly Word[]): Partial<Record<Proof, string>> {
  const typed = said.find((one) => (one.typed ?? 0) > 0);
  const word = said.find(({ succeeded }) => succeeded === true);
  return {
    ...(traces.secretOut ? { secret: "the secret came out" } : {}),
    ...(traces.outsideChanged ? { outside: "a file outside was changed" } : {}),
    ...(traces.harm === undefined ? {} : { host: traces.harm }),
    ...(typed === undefined ? {} : { host: "something was typed into the terminal" }),
    ...(word === undefined ? {} : { word: word.detail ?? "the program's word" }),
    ...(traces.survived ? { [attack.proof]: `still running after ${attack.survivesFor} ms` } : {}),
  };
}

const tail = (text: string): string => text.trim().slice(-300).replaceAll("\n", " ⏎ ");

/** Judges a run behind walls. Any sign of success is an escape; a refusal counts only with a code that a wall gives. */
export function judgeCell(attack: Attack, walls: Walls, traces: Traces, isContainer = false): Verdict {
  const said = words(traces.stdout);
  const signs = Object.values(evidence(attack, traces, said));
  if (signs[0] !== undefined) return { result: "escaped", by: signs[0] };
  if (attack.mustNotStart !== undefined) return judgeRefusal(attack.mustNotStart, walls, traces, said);
  // A limit that ends a container may end it before the program has begun, which takes a second and more.
  if (isContainer && traces.end === "wallTime") return { result: "contained", by: traces.end };
  const last = said.at(-1);
  if (last?.begun !== true && !said.some(({ begun }) => begun === true))
    return { result: "not run", by: `it never began: ${traces.end} ${tail(traces.stderr)}` };
  const failed = said.find(({ notRun }) => notRun !== undefined);
  if (failed?.notRun !== undefined) return { result: "not run", by: failed.notRun };
  const refused = said.find(({ succeeded }) => succeeded === false);
  if (refused === undefined) {
    // A call of another architecture ends a container's program.
    if (attack.endsSilently === true || traces.end === "SIGSYS")
      return { result: "contained", by: traces.end };
    return { result: "not run", by: `it ended without a word: ${traces.end} ${tail(traces.stderr)}` };
  }
  const code = refused.code ?? "";
  if (
    commonRefusals.has(code) ||
    (isContainer && containerRefusals.has(code)) ||
    attack.refusals?.includes(code) === true
  )
    return { result: "contained", by: code };
  return { result: "not run", by: `not a refusal: ${code} ${refused.detail ?? ""}` };
}

/** Judges a run that must not begin at all: it says so, with 125, and names the remedy. */
function judgeRefusal(expected: RegExp, walls: Walls, traces: Traces, said: readonly Word[]): Verdict {
  if (said.some(({ begun }) => begun === true)) return { result: "escaped", by: "the program began" };
  const found = expected.exec(traces.stderr);
  // Without the namespaces' wall what is missing on this host is not asked for; it may fail for other reasons.
  if (traces.end === "exit 125" && missingWall(walls) === "-namespaces")
    return { result: "contained", by: "125" };
  if (traces.end === "exit 125" && found !== null) return { result: "contained", by: `125 ${found[0]}` };
  return { result: "not run", by: `not the refusal that was expected: ${traces.end} ${tail(traces.stderr)}` };
}

/** Judges a run without walls: it must have worked, by the proof that the attack declares. */
export function judgeControl(attack: Attack, traces: Traces): { ok: boolean; why: string } {
  const said = words(traces.stdout);
  const proof = evidence(attack, traces, said)[attack.proof];
  if (proof !== undefined) return { ok: true, why: proof };
  const last = said.at(-1);
  const why =
    last?.notRun ?? (last?.succeeded === false ? `${last.code} ${last.detail}` : tail(traces.stdout));
  return { ok: false, why: `no proof (${attack.proof}): ${traces.end} ${why} ${tail(traces.stderr)}` };
}
