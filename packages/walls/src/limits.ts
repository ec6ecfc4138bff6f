// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CordonError, describeLimit, type Limits, type WallName } from "@cordon/policy";
import type { Controller, Host } from "./host/index.ts";
import type { CgroupStep, Plan } from "./plan.ts";

/** The part of a plan that bounds resources. */
export type LimitSteps = Pick<Plan, "rlimits" | "cgroup" | "wallTime" | "watchMemory">;

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

interface Bound {
  readonly steps: CgroupStep[];
  readonly memoryEvents: string | null;
}

function memoryBound(bytes: number, version: 1 | 2, directory: string, parent: string): Bound {
  const set = (file: string, value: number): CgroupStep => ({
    step: "set",
    file: join(directory, file),
    value: String(value),
  });
  if (version === 2) {
    const steps = [set("memory.max", bytes), set("memory.oom.group", 1)];
    if (existsSync(join(parent, "memory.swap.max"))) steps.push(set("memory.swap.max", 0));
    return { steps, memoryEvents: join(directory, "memory.events") };
  }
  const steps = [set("memory.limit_in_bytes", bytes)];
  // Only where swap is accounted for.
  if (existsSync(join(parent, "memory.memsw.limit_in_bytes")))
    steps.push(set("memory.memsw.limit_in_bytes", bytes));
  return { steps, memoryEvents: join(directory, "memory.oom_control") };
}

function cgroupSteps(limits: Limits, host: Host, name: string): Plan["cgroup"] {
  const { memory, pids } = host.cgroups.controllers;
  const enabled: CgroupStep[] = [];
  const made = new Map<string, CgroupStep[]>();
  const versions = new Map<string, Controller["version"]>();
  let memoryEvents: string | null = null;
  const enter = (controller: string, at: Controller): { directory: string; steps: CgroupStep[] } => {
    if (at.enable) {
      const file = join(at.directory, "cgroup.subtree_control");
      enabled.push({ step: "set", file, value: `+${controller}` });
    }
    const directory = join(at.directory, name);
    const steps = made.get(directory) ?? [{ step: "make", directory }];
    made.set(directory, steps);
    versions.set(directory, at.version);
    return { directory, steps };
  };
  if (limits.memory !== undefined && memory !== undefined) {
    const { directory, steps } = enter("memory", memory);
    const bound = memoryBound(limits.memory, memory.version, directory, memory.directory);
    steps.push(...bound.steps);
    memoryEvents = bound.memoryEvents;
  }
  if (limits.processes !== undefined && pids !== undefined) {
    const { directory, steps } = enter("pids", pids);
    steps.push({ step: "set", file: join(directory, "pids.max"), value: String(limits.processes) });
  }
  // The init has one thread, and moves itself: by v1's `tasks` without the lock of all process groups of the machine,
  // whose writer waits for every processor (4 to 20 ms, in which nobody else can fork either). In v2 the jail makes the
  // init there.
  const joins = [...versions].map(
    ([directory, version]): CgroupStep => ({
      step: "join",
      file: join(directory, version === 1 ? "tasks" : "cgroup.procs"),
    }),
  );
  return { steps: [...enabled, ...[...made.values()].flat(), ...joins], memoryEvents };
}

/**
 * What enforces each limit on this host: a cgroup where one can be had, a resource limit of the kernel, or the
 * supervisor's own watch if the policy accepts that.
 *
 * @param name of the cell's cgroups; no other cell of the host may have it
 * @throws CordonError `ERR_LIMIT_UNENFORCEABLE`
 */
export function limitSteps(limits: Limits, host: Host, walls: readonly WallName[], name: string): LimitSteps {
  const { controllers, missing } = host.cgroups;
  for (const name of ["swap", "cpu", "cpuWeight", "cpuTime"] as const) {
    if (limits[name] !== undefined) throw unenforceable(name, "it is not held anywhere yet");
  }
  const rlimits: Record<string, number> = {
    core: 0,
    msgqueue: 0,
    nofile: limits.openFiles ?? DEFAULT_OPEN_FILES,
  };
  let watchMemory: number | null = null;
  if (limits.memory !== undefined && controllers.memory === undefined) {
    if (!limits.watch) {
      throw unenforceable(
        "memory",
        `${missing.memory ?? "no cgroup for memory can be had"}; run as root or in a delegated cgroup, or accept the supervisor's own watch with --limit-watch`,
      );
    }
    watchMemory = limits.memory;
  }
  if (limits.processes !== undefined && controllers.pids === undefined) {
    // RLIMIT_NPROC counts for a user within a user namespace: without one it would count everything of that user's.
    if (host.identity.kind === "ordinary" && !walls.includes("namespaces")) {
      throw unenforceable("processes", "keep the namespaces' wall, or run as root or in a delegated cgroup");
    }
    rlimits["nproc"] = limits.processes;
  }
  return { rlimits, cgroup: cgroupSteps(limits, host, name), wallTime: limits.wallTime ?? null, watchMemory };
}
