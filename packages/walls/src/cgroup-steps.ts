// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Limits } from "@cordon/policy";
import type { Controller, ControllerName, Host } from "./host/index.ts";
import type { CgroupPlan, CgroupStep, GaugeName } from "./plan.ts";

/** No cell's cgroups, since nothing is bounded by one. */
export const noCgroup: CgroupPlan = Object.freeze({ steps: [], gauges: {}, freezer: null });

const PERIOD = 100_000;
const LEAST_QUOTA = 1000;
const MOST_SHARES = 262_144;

/** The cgroup that one controller is to limit. */
interface Place {
  readonly version: Controller["version"];
  readonly directory: string;
  /** The directories that it is made in; with v2 one for all controllers. */
  readonly parent: string;
}

/** What the policy bounds, by controller. */
function neededControllers({ memory, swap, cpu, cpuWeight, cpuTime, processes }: Limits): ControllerName[] {
  const needed: [ControllerName, ...unknown[]][] = [
    ["memory", memory, swap],
    ["pids", processes],
    ["cpu", cpu, cpuWeight],
    ["cpuacct", cpuTime],
  ];
  return needed.flatMap(([name, ...values]) => (values.some((value) => value !== undefined) ? [name] : []));
}

/**
 * With v2 a process is in one cgroup, so all controllers have to be there: in the outermost of the directories that
 * were found for them. What is on in an inner one is on in those around it.
 */
function unifiedParent(found: readonly Controller[]): string | undefined {
  const directories = found.filter(({ version }) => version === 2).map(({ directory }) => directory);
  return directories.sort((one, other) => one.length - other.length)[0];
}

function findPlaces(needed: readonly ControllerName[], host: Host, name: string): Map<ControllerName, Place> {
  const { controllers } = host.cgroups;
  const asked = needed.flatMap((each) => controllers[each] ?? []);
  if (asked.length === 0) return new Map();
  // Where there is a cgroup at all, the cell's time is counted in one, and it can be frozen.
  const counted: readonly ControllerName[] = [...new Set<ControllerName>([...needed, "cpuacct", "freezer"])];
  // Counting and freezing need no controller: wherever a v2 cgroup can be made, they are there.
  const parent = unifiedParent(asked) ?? unifiedParent(counted.flatMap((each) => controllers[each] ?? []));
  const places = counted.flatMap((each): [ControllerName, Place][] => {
    const at = controllers[each];
    if (at === undefined) return [];
    const outer = at.version === 2 ? (parent ?? at.directory) : at.directory;
    return [[each, { version: at.version, parent: outer, directory: join(outer, name) }]];
  });
  return new Map(places);
}

interface Bound {
  readonly set: readonly (readonly [file: string, value: number | string])[];
  /** Files that a kernel without the feature lacks: what it does not count needs no bound. */
  readonly attempt?: Bound["set"];
  readonly gauges: Readonly<Partial<Record<GaugeName, string>>>;
}

function memoryBound({ memory, swap }: Limits, version: Controller["version"]): Bound {
  // Without swap a cell's limit is what it says. Where it is asked for by name it has to be bounded.
  const beside = (file: string, value: number): Pick<Bound, "set" | "attempt"> =>
    swap === undefined ? { set: [], attempt: [[file, value]] } : { set: [[file, value]] };
  if (version === 2) {
    const { set, attempt = [] } = beside("memory.swap.max", swap ?? 0);
    return {
      set: [
        ...(memory === undefined ? [] : ([["memory.max", memory]] as const)),
        ["memory.oom.group", 1],
        ...set,
      ],
      attempt: memory === undefined ? [] : attempt,
      gauges: {
        memory: "memory.current",
        "memory-peak": "memory.peak",
        "memory-events": "memory.events",
        swap: "memory.swap.current",
        "swap-peak": "memory.swap.peak",
        ...(swap === undefined ? {} : { "swap-events": "memory.swap.events" }),
      },
    };
  }
  const { set, attempt = [] } = beside("memory.memsw.limit_in_bytes", (memory ?? 0) + (swap ?? 0));
  return {
    set: [["memory.limit_in_bytes", memory ?? 0], ...set],
    attempt,
    gauges: {
      memory: "memory.usage_in_bytes",
      "memory-peak": "memory.max_usage_in_bytes",
      "memory-events": "memory.oom_control",
      "memory-control": "cgroup.event_control",
      "memory-and-swap": "memory.memsw.usage_in_bytes",
      "memory-and-swap-peak": "memory.memsw.max_usage_in_bytes",
    },
  };
}

function cpuBound({ cpu, cpuWeight }: Limits, version: Controller["version"]): Bound {
  const quota = Math.max(LEAST_QUOTA, Math.round((cpu ?? 0) * PERIOD));
  const shares = Math.min(MOST_SHARES, Math.max(2, Math.round(((cpuWeight ?? 0) * 1024) / 100)));
  const share: Bound["set"] =
    version === 2
      ? [["cpu.max", `${quota} ${PERIOD}`]]
      : [
          ["cpu.cfs_period_us", PERIOD],
          ["cpu.cfs_quota_us", quota],
        ];
  const weight: Bound["set"] = version === 2 ? [["cpu.weight", cpuWeight ?? 0]] : [["cpu.shares", shares]];
  return {
    set: [...(cpu === undefined ? [] : share), ...(cpuWeight === undefined ? [] : weight)],
    gauges: { throttled: "cpu.stat" },
  };
}

function boundOf(controller: ControllerName, limits: Limits, version: Controller["version"]): Bound {
  switch (controller) {
    case "memory":
      return memoryBound(limits, version);
    case "pids":
      return {
        set: [["pids.max", limits.processes ?? 0]],
        gauges: {
          processes: "pids.current",
          "processes-peak": "pids.peak",
          [version === 2 ? "processes-events" : "processes-refused"]: "pids.events",
        },
      };
    case "cpu":
      return cpuBound(limits, version);
    case "cpuacct":
      return version === 2
        ? { set: [], gauges: { cpu: "cpu.stat" } }
        : {
            set: [],
            gauges: {
              cpu: "cpuacct.usage",
              "cpu-user": "cpuacct.usage_user",
              "cpu-system": "cpuacct.usage_sys",
            },
          };
    case "freezer":
      return { set: [], gauges: {} };
  }
}

function freezerOf(place: Place | undefined): CgroupPlan["freezer"] {
  if (place === undefined) return null;
  const file = (name: string): string => join(place.directory, name);
  return place.version === 2
    ? { version: 2, control: file("cgroup.freeze"), state: file("cgroup.events") }
    : { version: 1, control: file("freezer.state"), state: file("freezer.state") };
}

/**
 * The cgroups of a cell: what is made, set and joined, where the kernel counts, and by what the cell is frozen. Limits
 * for which the host has no controller are the caller's to hold.
 *
 * @param name of the cell's cgroups; no other cell of the host may have it
 */
export function cgroupPlan(limits: Limits, host: Host, name: string): CgroupPlan {
  const places = findPlaces(neededControllers(limits), host, name);
  if (places.size === 0) return noCgroup;
  const enabled: CgroupStep[] = [];
  const made = new Map<string, CgroupStep[]>();
  const joined = new Map<string, Controller["version"]>();
  const gauges: Partial<Record<GaugeName, string>> = {};
  for (const [controller, { version, directory, parent }] of places) {
    const at = host.cgroups.controllers[controller];
    if (at?.enable === true && at.directory === parent) {
      const file = join(parent, "cgroup.subtree_control");
      enabled.push({ step: "set", file, value: `+${controller}` });
    }
    const steps = made.get(directory) ?? [{ step: "make", directory }];
    const { set, attempt = [], gauges: counted } = boundOf(controller, limits, version);
    for (const [file, value] of set)
      steps.push({ step: "set", file: join(directory, file), value: String(value) });
    for (const [file, value] of attempt)
      steps.push({ step: "try", file: join(directory, file), value: String(value) });
    made.set(directory, steps);
    joined.set(directory, version);
    for (const [gauge, file] of Object.entries(counted)) gauges[gauge as GaugeName] = join(directory, file);
  }
  // The init has one thread, and moves itself: by v1's `tasks` without the lock of all process groups of the machine,
  // whose writer waits for every processor (4 to 20 ms, in which nobody else can fork either). In v2 the jail makes the
  // init there.
  const joins = [...joined].map(
    ([directory, version]): CgroupStep => ({
      step: "join",
      file: join(directory, version === 1 ? "tasks" : "cgroup.procs"),
    }),
  );
  const parents = new Set([...places.values()].map(({ parent }) => parent));
  const sweeps = [...parents].map((directory): CgroupStep => ({ step: "sweep", directory }));
  return {
    steps: [...enabled, ...[...made.values()].flat(), ...joins, ...sweeps],
    gauges,
    freezer: freezerOf(places.get("freezer")),
  };
}
