// SPDX-License-Identifier: Apache-2.0
import { CordonError, describeLimit, type Limits, type Policy, type WallName } from "@cordon/policy";
import { cgroupPlan } from "./cgroup-steps.ts";
import type { ControllerName, Host } from "./host/index.ts";
import type { CountedName, Plan } from "./plan.ts";

/** The part of a plan that bounds resources. */
export type LimitSteps = Pick<Plan, "rlimits" | "cgroup" | "bounds" | "watched" | "nice" | "wallTime">;

const MIB = 1024 * 1024;
const DEFAULT_OPEN_FILES = 4096;
// What Node holds beside V8's old space: itself (50 MiB), the young generation (48 MiB) and what is being compiled.
const BESIDE_OLD_SPACE = 118 * MIB;

/** Files and inodes of the private /tmp: as many bytes as the policy says, and a file for each 4 KiB of them. */
export function scratchSize(limits: Limits): { bytes: number; inodes: number } {
  const bytes = limits.scratch ?? 64 * MIB;
  return { bytes, inodes: limits.scratchFiles ?? Math.max(64, Math.ceil(bytes / 4096)) };
}

/** V8's own heap limit, below the cell's, so that JavaScript meets an error before the kernel kills. */
export function heapFlags(limits: Limits): string[] {
  if (limits.memory === undefined) return [];
  const room = Math.max(limits.memory * 0.25, limits.memory * 0.9 - BESIDE_OLD_SPACE);
  return [`--max-old-space-size=${Math.max(8, Math.floor(room / MIB))}`];
}

/** Whether a limit of time may end the program: then it is asked where it is. */
export function endsByTime(limits: Limits): boolean {
  return limits.wallTime !== undefined || limits.cpuTime !== undefined;
}

/** The limits that the program hears of by an errno, as they are written: the runtime names them then. */
export function toldLimits(limits: Limits, hasScratch: boolean): Readonly<Record<string, string>> {
  const { bytes, inodes } = scratchSize(limits);
  const told = {
    ...limits,
    openFiles: limits.openFiles ?? DEFAULT_OPEN_FILES,
    scratch: hasScratch ? bytes : undefined,
    scratchFiles: hasScratch ? inodes : undefined,
  };
  const names = ["openFiles", "scratch", "scratchFiles", "connections", "connectRate", "processes"] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = told[name];
      return value === undefined ? [] : [[name, describeLimit(name, value)] as const];
    }),
  );
}

function unenforceable(limit: string, remedy: string): CordonError {
  return new CordonError("ERR_LIMIT_UNENFORCEABLE", { limit, remedy }, { path: `/limits/${limit}`, remedy });
}

const MOST_NICE = 19;
const USUAL_WEIGHT = 100;
// A step of niceness is a quarter more or less of the processor (sched_prio_to_weight in the kernel).
const NICE_STEP = 1.25;

function niceFor(weight: number): number {
  return Math.min(MOST_NICE, Math.round(Math.log(USUAL_WEIGHT / weight) / Math.log(NICE_STEP)));
}

/** The controller that each limit needs which needs one; docs/limits.md has what stands in for it. */
export const needs: Readonly<Record<CountedName | "cpuWeight", ControllerName>> = {
  memory: "memory",
  swap: "memory",
  cpu: "cpu",
  cpuWeight: "cpu",
  cpuTime: "cpuacct",
  processes: "pids",
};

function isHeldByCgroup(name: CountedName | "cpuWeight", { cgroups }: Host): boolean {
  return cgroups.controllers[needs[name]] !== undefined;
}

function requireCgroups({ limits, accept }: LimitedPolicy, host: Host): void {
  for (const name of ["memory", "swap", "cpu", "cpuWeight", "cpuTime"] as const) {
    if (limits[name] === undefined || isHeldByCgroup(name, host)) continue;
    const why = host.cgroups.missing[needs[name]] ?? `no cgroup for ${name} can be had`;
    const cgroup = "run as root or in a delegated cgroup";
    if (name === "cpu")
      throw unenforceable(name, `${why}; ${cgroup}, or set cpuTime or cpuWeight in its place`);
    if (!accept.includes("limits"))
      throw unenforceable(
        name,
        `${why}; ${cgroup}, or accept the supervisor's own watch with --accept=limits`,
      );
    if (name === "cpuWeight" && (limits.cpuWeight ?? 0) > USUAL_WEIGHT)
      throw unenforceable(name, `${why}; ${cgroup}, or set at most ${USUAL_WEIGHT}, which niceness can do`);
  }
  // v1 bounds memory and swap by their sum.
  if (
    limits.swap !== undefined &&
    limits.memory === undefined &&
    host.cgroups.controllers.memory?.version === 1
  )
    throw unenforceable("swap", "cgroup v1 bounds it together with memory; set that limit too");
}

/**
 * Where the host hands what a crash leaves to a program of its own (`|` in core_pattern), a limit of 0 does not keep it
 * from running, as the host's root, on hostile bytes; 1 does (core(5); do_coredump in the kernel's fs/coredump.c). Nor
 * does a file of one byte come about.
 */
const NO_CORE = 1;

function rlimitsOf(limits: Limits, host: Host, walls: readonly WallName[]): Record<string, number> {
  const rlimits: Record<string, number> = {
    core: NO_CORE,
    msgqueue: 0,
    nofile: limits.openFiles ?? DEFAULT_OPEN_FILES,
  };
  if (limits.processes !== undefined && !isHeldByCgroup("processes", host)) {
    // RLIMIT_NPROC counts for a user within a user namespace: without one it would count everything of that user's.
    if (host.identity.alone === "shared" && !walls.includes("namespaces")) {
      throw unenforceable("processes", "keep the namespaces' wall, or run as root or in a delegated cgroup");
    }
    rlimits["nproc"] = limits.processes;
  }
  // A second later than the watch, which asks the program where it is before it ends it.
  if (limits.cpuTime !== undefined && !isHeldByCgroup("cpuTime", host))
    rlimits["cpu"] = Math.ceil(limits.cpuTime / 1000) + 1;
  return rlimits;
}

function boundsOf({ memory, swap, cpu, cpuTime, processes }: Limits): Plan["bounds"] {
  const entries = Object.entries({ memory, swap, cpu, cpuTime, processes });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** What a policy says of limits, and of how well they must be held. */
export type LimitedPolicy = Pick<Policy, "limits" | "accept">;

/**
 * What enforces each limit on this host: a cgroup where one can be had, a resource limit of the kernel, or the
 * supervisor's own watch if the policy accepts that.
 *
 * @param name of the cell's cgroups; no other cell of the host may have it
 * @throws CordonError `ERR_LIMIT_UNENFORCEABLE`
 */
export function limitSteps(
  policy: LimitedPolicy,
  host: Host,
  walls: readonly WallName[],
  name: string,
): LimitSteps {
  requireCgroups(policy, host);
  const { limits, accept } = policy;
  const bounds = boundsOf(limits);
  const watched = (["memory", "swap", "cpuTime", "processes"] as const).filter(
    (each) => bounds[each] !== undefined && accept.includes("limits") && !isHeldByCgroup(each, host),
  );
  const nice =
    limits.cpuWeight !== undefined && !isHeldByCgroup("cpuWeight", host) ? niceFor(limits.cpuWeight) : 0;
  return {
    rlimits: rlimitsOf(limits, host, walls),
    cgroup: cgroupPlan(limits, host, name),
    bounds,
    watched,
    nice,
    wallTime: limits.wallTime ?? null,
  };
}
