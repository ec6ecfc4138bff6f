// SPDX-License-Identifier: Apache-2.0
import {
  type Acceptable,
  CordonError,
  decide,
  type LimitName,
  limitNames,
  type Policy,
} from "@cordon/policy";
import type { Host, Level } from "../host/index.ts";
import { type LimitGround, limitFacts } from "../limit-holds.ts";
import { needs } from "../limits.ts";
import type { Plan } from "../plan.ts";

/** What a plan promises of a cell, whatever its rules are. */
export type PlanPropertyName =
  | "files"
  | "file facts"
  | "network"
  | "names"
  | "other processes"
  | "signals"
  | "native code"
  | "kernel surface"
  | "user"
  | "machine"
  | "clock"
  | `limit ${LimitName}`;

/** How far a plan holds one promise, and by what. */
export interface PlanProperty {
  readonly name: PlanPropertyName;
  readonly level: Level;
  readonly by: string;
  /** Where the level is not `full`: on whose word that is enough. */
  readonly accepted?: string;
  /** What would make it more. */
  readonly remedy?: string;
}

type Walls = Pick<Plan, "walls" | "namespaces" | "filters" | "identity">;

interface Ground {
  readonly policy: Policy;
  readonly host: Host;
  readonly plan: Walls;
  /** The wall of namespaces, that of the filters, stands. */
  readonly mounts: boolean;
  readonly filters: boolean;
}

type Found = readonly [level: Level, by: string];

const SIGNAL_ABI = 6;

/**
 * What a plan holds, property by property, in the order in which `cordon explain` prints it.
 *
 * @throws CordonError `ERR_PARTLY_ENFORCEABLE` for what this host holds only in part, unless the policy accepts that or
 * the wall that would hold it was taken away by name
 */
export function planProperties(policy: Policy, host: Host, plan: Walls): readonly PlanProperty[] {
  const ground: Ground = {
    policy,
    host,
    plan,
    mounts: plan.namespaces !== null,
    filters: plan.filters !== null,
  };
  const taken = plan.walls.length < 3;
  const of = (name: PlanPropertyName, [level, by]: Found, remedy: string): PlanProperty => {
    if (level === "full") return { name, level, by };
    return { name, level, by, ...(taken ? { accepted: "--walls" } : {}), remedy };
  };
  const keep = "Keep all three walls.";
  return [
    of("files", files(ground), keep),
    of("file facts", fileFacts(ground), keep),
    of("network", network(ground), keep),
    ...names(ground),
    of("other processes", otherProcesses(ground), keep),
    of("signals", signals(ground), keep),
    of("native code", nativeCode(ground), keep),
    of("kernel surface", kernelSurface(ground), keep),
    of(
      "user",
      user(ground),
      ground.mounts ? keep : `${keep} Or run Cordon as root: each cell has a uid of its own then.`,
    ),
    of("machine", machine(ground), keep),
    clock(ground),
    ...limitNames.flatMap((name) => (policy.limits[name] === undefined ? [] : [limit(name, ground)])),
  ];
}

function files({ mounts, filters, host }: Ground): Found {
  if (mounts)
    return ["full", `only what is granted is mounted${filters ? `; Landlock ABI ${host.landlock.abi}` : ""}`];
  if (filters)
    return [
      "full",
      `Landlock ABI ${host.landlock.abi}; what it does not see (modes, owners, times, attributes) is refused`,
    ];
  return ["partial", "Node's permission model alone: native code and children are not held"];
}

/** Landlock has no right for stat. */
function fileFacts({ mounts, plan }: Ground): Found {
  if (mounts) return ["full", "what is not mounted does not exist"];
  return plan.walls.includes("runtime")
    ? [
        "partial",
        "names, sizes and times: refused by the runtime alone, so native code and children learn them",
      ]
    : ["none", "nothing: Landlock does not see stat"];
}

function network({ mounts, filters }: Ground): Found {
  if (filters)
    return [
      "full",
      mounts ? "the broker, and an empty network" : "the broker alone: every address goes to it",
    ];
  return mounts ? ["full", "an empty network"] : ["none", "nothing below the runtime"];
}

/** Grants by name are refused where nobody could answer for them. */
function names({ policy, plan }: Ground): readonly PlanProperty[] {
  const byName = policy["net.connect"].allow.some(
    ({ host }) => host.kind === "name" || host.kind === "suffix",
  );
  if (!byName || plan.filters?.names === null) return [];
  return [{ name: "names", level: "full", by: "the broker is the cell's nameserver" }];
}

function otherProcesses({ mounts, filters }: Ground): Found {
  if (mounts) return ["full", "a pid namespace, with a /proc of its own"];
  if (filters)
    return [
      "partial",
      "Landlock closes /proc but its own part, the filter ptrace and pidfds; that a number is taken shows",
    ];
  return ["none", "nothing below the runtime"];
}

function signals({ mounts, filters, host }: Ground): Found {
  if (mounts) return ["full", "a pid namespace"];
  if (!filters) return ["none", "nothing below the runtime"];
  return host.landlock.abi >= SIGNAL_ABI
    ? ["full", "Landlock keeps them in the cell"]
    : ["full", "the filter refuses all: before Landlock ABI 6 nothing could keep them in the cell"];
}

function nativeCode({ mounts, filters, policy }: Ground): Found {
  if (mounts)
    return [
      "full",
      `mounts without exec${filters ? "; executable mappings end when the runtime is ready" : ""}`,
    ];
  if (!filters) return ["none", "nothing below the runtime"];
  const maps = policy.run.allow.length + policy.addon.allow.length > 0;
  return maps
    ? ["partial", "Landlock holds what is executed; what native code or a child maps is not seen"]
    : ["full", "executing and mapping files end when the runtime is ready"];
}

function kernelSurface({ filters }: Ground): Found {
  return filters ? ["full", "an allow-list of system calls"] : ["none", "all system calls reach the kernel"];
}

function user({ mounts, plan, host }: Ground): Found {
  if (plan.identity.perCell) return ["full", "a uid of the cell's own"];
  const { uid } = host.identity;
  return mounts
    ? ["full", `uid ${uid}, alone in namespaces of its own`]
    : ["partial", `uid ${uid}, as whoever started it: what else that user owns is held by the filters alone`];
}

function machine({ mounts, filters }: Ground): Found {
  if (filters) return ["full", "the supervisor answers for the machine"];
  return mounts
    ? ["partial", "what is read from /proc; system calls tell the rest"]
    : ["none", "nothing below the runtime"];
}

/** Clocks are read without a system call. */
function clock({ mounts, policy, host, plan }: Ground): PlanProperty {
  const name = "clock";
  if (decide(policy, { scope: "sys", name: "uptime" }).granted)
    return { name, level: "full", by: "granted by `sys: uptime`" };
  if (plan.namespaces?.ownClock === true) return { name, level: "full", by: "a time namespace" };
  if (!mounts) {
    const by = "native code reads from the clocks how long the host has been running";
    return { name, level: "partial", by, accepted: "--walls", remedy: "Keep all three walls." };
  }
  const by = "this kernel has no time namespaces: how long the host has been running shows";
  const remedy = "Boot a kernel with CONFIG_TIME_NS, grant `sys: uptime`, or accept it with --accept=clock.";
  return demand(policy, "clock", { name, level: host.ownClock ? "full" : "partial", by, remedy });
}

/** Refusing is the limits' own part: what no policy can accept never gets here. */
function limit(limited: LimitName, { host, policy }: Ground): PlanProperty {
  const found = limited in needs ? host.cgroups.controllers[needs[limited as keyof typeof needs]] : undefined;
  const ground: LimitGround = found === undefined ? "no cgroup" : `cgroup v${found.version}`;
  const { level, by } = limitFacts[limited].holds[ground];
  const name = `limit ${limited}` as const;
  if (level === "full") return { name, level, by };
  const remedy = "Give Cordon a cgroup that it may write to.";
  return demand(policy, "limits", { name, level, by, remedy });
}

function demand(policy: Policy, leave: Acceptable, property: PlanProperty): PlanProperty {
  if (property.level === "full") return property;
  if (policy.accept.includes(leave)) return { ...property, accepted: `accept: ${leave}` };
  const { name, by, remedy = "" } = property;
  throw new CordonError("ERR_PARTLY_ENFORCEABLE", { property: name, by }, { path: "/accept", remedy });
}
