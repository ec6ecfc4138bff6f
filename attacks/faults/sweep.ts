// SPDX-License-Identifier: Apache-2.0
// Makes the calls of a cell's set-up fail, one by one, and judges what came of each.
import { startFailure } from "../../packages/cell/src/failure.ts";
import { parseStatusLine, type StatusEvent } from "../../packages/cell/src/status-line.ts";
import { carryOut, type Fault, type FaultSite, type Outcome, type Reached } from "./jail.ts";
import { clearAway, hostState, leftBehind } from "./left-behind.ts";
import type { Setting } from "./settings.ts";
import { toleratedBecause } from "./tolerated.ts";

/** What the kernel is likeliest to say; anything else fails with EIO, which nobody expects. */
const likely: Readonly<Record<string, string>> = {
  open: "EMFILE",
  openat: "ENFILE",
  socketpair: "EMFILE",
  pipe2: "EMFILE",
  fork: "EAGAIN",
  SYS_clone: "ENOSPC",
  mkdir: "ENOSPC",
  mkdirat: "ENOSPC",
  mount: "EPERM",
  malloc: "ENOMEM",
  calloc: "ENOMEM",
  realloc: "ENOMEM",
  reallocarray: "ENOMEM",
  unshare: "ENOSPC",
  SYS_landlock_restrict_self: "E2BIG",
  SYS_seccomp: "EBUSY",
};

/** Those that some code takes for something else than a failure. */
export const told: readonly string[] = [
  "EPERM",
  "ENOENT",
  "EINTR",
  "EAGAIN",
  "ENOMEM",
  "EACCES",
  "EBUSY",
  "EEXIST",
  "EINVAL",
  "ENOSYS",
];

/** How much is made to fail: each site once in each process that comes to it, or each call, or each by many errnos. */
export type Depth = "sites" | "calls" | "errnos";

export interface Sweep {
  readonly faults: number;
  readonly refused: number;
  readonly tolerated: number;
  /** Ended after the program had begun. */
  readonly ended: number;
  readonly wrong: readonly string[];
  readonly reached: ReadonlySet<FaultSite>;
}

function eventsOf({ status }: Outcome): readonly StatusEvent[] {
  return status.split("\n").flatMap((line) => parseStatusLine(line) ?? []);
}

type Verdict = "refused" | "tolerated" | "ended" | { readonly wrong: string };

/** What came of one failure. */
export function judge(outcome: Outcome, site: FaultSite): Verdict {
  const events = eventsOf(outcome);
  const failed = events.find((event) => event.event === "failed");
  const said = outcome.stdout.trim();
  if (outcome.isLate) return { wrong: "it hangs" };
  if (said.startsWith("open:")) return { wrong: `the program ran, and found ${said.replaceAll("\n", ", ")}` };
  if (failed !== undefined) {
    const expected = failed.step === "exec" ? [126, 127] : [125];
    if (said !== "") return { wrong: `refused by ${failed.step}, but the program ran` };
    if (!expected.includes(outcome.code ?? -1)) return { wrong: `refused, but ended with ${outcome.code}` };
    const { message, details } = startFailure(failed);
    const isWhole =
      message.includes(failed.step) && failed.errno !== "" && String(details.remedy).length > 20;
    return isWhole ? "refused" : { wrong: `a refusal without step, cause or remedy: ${message}` };
  }
  if (outcome.code === 125 && said === "" && /^cordon-jail: .{10,}/.test(outcome.stderr)) return "refused";
  // Output that cannot be passed on is lost, and no more than that.
  if (outcome.code === 0 && (said === "walled" || site.file.endsWith("/relay.c")))
    return toleratedBecause(site) === undefined ? { wrong: "nobody noticed" } : "tolerated";
  const hasStarted = events.some((event) => event.event === "started");
  if (hasStarted && (outcome.code ?? 1) !== 0 && events.some((event) => event.event === "exited"))
    return "ended";
  // A host that is gone is told nothing: the code is all there is.
  if (outcome.code === 125 && said === "" && site.function === "flush") return "refused";
  return {
    wrong: `ended with ${outcome.code ?? outcome.signal}, said ${JSON.stringify(outcome.status + outcome.stderr + said)}`,
  };
}

/** The calls that are to fail, of those that an undisturbed run comes to. */
export function chosen(reached: readonly Reached[], depth: Depth): readonly Reached[] {
  const seen = new Set<string>();
  return reached.filter(({ process, site }) => {
    if (depth === "calls") return true;
    const key = `${process} ${site.file} ${site.line} ${site.call}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function faultsFor(point: Reached, depth: Depth): readonly Fault[] {
  const { process, number, site } = point;
  const first = likely[site.call] ?? "EIO";
  const names = depth === "errnos" ? [...new Set([first, ...told])] : [first];
  return names.map((what) => ({ process, number, what }));
}

/** Sweeps one setting. The faults of the setting itself come first: they lead to what an undisturbed run leaves out. */
export async function sweep(
  { name, plan, before }: Setting,
  sites: readonly FaultSite[],
  root: string,
  depth: Depth,
): Promise<Sweep> {
  const id = `cordon-fault-${process.pid}-${name.replaceAll(/\W+/g, "-")}`;
  const straight = await carryOut(plan, sites, [], id);
  const base = before(straight.reached);
  const clean = base.length === 0 ? straight : await carryOut(plan, sites, base, id);
  if (clean.stdout.trim() !== "walled") {
    throw new Error(
      `Expected ${name} to run without faults, got ${clean.code}: ${clean.stdout}${clean.stderr}${clean.status}`,
    );
  }
  const counts = { refused: 0, tolerated: 0, ended: 0 };
  const wrong: string[] = [];
  const reached = new Set(clean.reached.map(({ site }) => site));
  let faults = 0;
  for (const point of chosen(clean.reached, depth)) {
    for (const fault of faultsFor(point, depth)) {
      if (base.some(({ process, number }) => process === fault.process && number === fault.number)) continue;
      faults++;
      const state = hostState(root);
      const outcome = await carryOut(plan, sites, [...base, fault], id);
      for (const { site } of outcome.reached) reached.add(site);
      // What comes when is not the same in every run once there are two processes: this is what has failed now.
      const hit = outcome.reached.find((one) => one.process === fault.process && one.number === fault.number);
      const site = hit?.site ?? point.site;
      const verdict = judge(outcome, site);
      const left = await leftBehind(plan, id, state, root);
      if (left.length > 0) clearAway(plan, id);
      const { file, line, function: where, call } = site;
      const what = `${name}: ${fault.process} ${fault.number} ${fault.what} (${file}:${line} ${where} ${call})`;
      if (typeof verdict === "object") wrong.push(`${what}: ${verdict.wrong}`);
      else counts[verdict]++;
      if (left.length > 0) wrong.push(`${what}: left ${left.join(", ")}`);
    }
  }
  return { faults, ...counts, wrong, reached };
}
