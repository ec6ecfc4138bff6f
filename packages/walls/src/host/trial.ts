// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";

/** How one of the jail's trials ended. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly errno: string };

/** What `cordon-jail --probe` prints: what cannot be learnt without trying it. */
export interface TrialReport {
  /** The ABI; 0 where there is none, and then why. */
  readonly landlock: number;
  readonly landlockErrno: string;
  readonly userNamespace: Outcome;
  /** The other namespaces, from inside a user namespace where that is needed. */
  readonly namespaces: Outcome;
  readonly seccompNotify: Outcome;
  readonly seccompWaitKillable: Outcome;
  readonly mountAttributes: Outcome;
  /** A new /proc in a new pid namespace. */
  readonly ownProc: Outcome;
  /** Descriptors and memory of a child. */
  readonly descriptors: Outcome;
  readonly memory: Outcome;
  /** /proc/PID/task/TID/children */
  readonly children: Outcome;
}

/** The trials that succeed or fail. */
export type TrialName = Exclude<keyof TrialReport, "landlock" | "landlockErrno">;

/** The jail's program in a checkout. */
export const jailPath: string = join(import.meta.dirname, "../../../../jail/build/cordon-jail");

/** Reads the jail's report. Throws a TypeError that names what is not as it should be. */
export function parseTrial(text: string): TrialReport {
  const report: unknown = JSON.parse(text);
  const field = (name: string): unknown =>
    typeof report === "object" && report !== null ? Reflect.get(report, name) : undefined;
  const outcome = (name: string): Outcome => {
    const value = field(name);
    const ok: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "ok") : undefined;
    if (ok === true) return { ok };
    const errno: unknown = ok === false ? Reflect.get(Object(value), "errno") : undefined;
    if (typeof errno === "string") return { ok: false, errno };
    throw new TypeError(
      `Expected ${name} to be {"ok":true} or {"ok":false,"errno":"…"}, got ${JSON.stringify(value)}`,
    );
  };
  const landlock = field("landlock");
  if (typeof landlock !== "number" || !Number.isInteger(landlock) || landlock < 0) {
    throw new TypeError(`Expected landlock to be an ABI number, got ${JSON.stringify(landlock)}`);
  }
  const landlockErrno = field("landlockErrno");
  if (typeof landlockErrno !== "string") {
    throw new TypeError(`Expected landlockErrno to be text, got ${JSON.stringify(landlockErrno)}`);
  }
  return {
    landlock,
    landlockErrno,
    userNamespace: outcome("userNamespace"),
    namespaces: outcome("namespaces"),
    seccompNotify: outcome("seccompNotify"),
    seccompWaitKillable: outcome("seccompWaitKillable"),
    mountAttributes: outcome("mountAttributes"),
    ownProc: outcome("ownProc"),
    descriptors: outcome("descriptors"),
    memory: outcome("memory"),
    children: outcome("children"),
  };
}

/** The report, or why there is none. */
export type TrialResult =
  | { readonly ok: true; readonly report: TrialReport }
  | { readonly ok: false; readonly problem: string };

const DEADLINE = 10_000;
const ATTEMPTS = 3;

/** Runs the jail's trials. Never rejects: a host without a jail is a finding, and `properties` says so. */
export async function runTrial(jail: string): Promise<TrialResult> {
  // Not with every start: what was found out is kept.
  const { execFile } = process.getBuiltinModule("node:child_process");
  const { promisify } = process.getBuiltinModule("node:util");
  const options = { timeout: DEADLINE, maxBuffer: 65_536, env: {} };
  for (let attempt = 1; ; attempt++) {
    try {
      const { stdout } = await promisify(execFile)(jail, ["--probe"], options);
      return read(jail, stdout);
    } catch (error) {
      const { code, signal, killed } = error as Failure;
      // Somebody killed it, or the kernel did for want of memory: that says nothing of the host.
      if (typeof signal === "string" && killed !== true && attempt < ATTEMPTS) continue;
      return { ok: false, problem: `${jail} --probe failed: ${String(code ?? signal ?? error)}` };
    }
  }
}

interface Failure {
  readonly code?: unknown;
  readonly signal?: unknown;
  /** By the deadline. */
  readonly killed?: unknown;
}

/** What to do about a jail that could not be asked. */
export function remedyForTrial(problem: string): string {
  return /\bE(?:AGAIN|MFILE|NFILE|NOMEM)\b/.test(problem)
    ? "No process, descriptor or memory is to be had just now: raise the limit (ulimit -u, ulimit -n, the cgroup's), or end something, and start again."
    : "Run `npm run setup`: it compiles the jail.";
}

function read(jail: string, stdout: string): TrialResult {
  try {
    return { ok: true, report: parseTrial(stdout) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `${jail} --probe printed what Cordon cannot read: ${problem}` };
  }
}
