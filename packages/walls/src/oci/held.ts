// SPDX-License-Identifier: Apache-2.0
import type { Policy } from "@cordon/policy";
import type { Level } from "../host/index.ts";
import type { Plan } from "../plan.ts";
import { hasOwnKernel, type OciRuntime } from "./runtimes.ts";

/** One property of a container: how far it is held there, and by what. In the words of `cordon doctor`. */
export interface ContainerHold {
  readonly name: string;
  /** `partial`: held by one wall of two, or against JavaScript alone. */
  readonly level: Level;
  readonly by: string;
}

type Row = readonly [name: string, level: Level, by: string];

/**
 * How far a container holds what a cell would: from the plan that its bundle was made from.
 *
 * @example
 * containerHolds(plan, policy, "runsc").find(({ name }) => name === "kernel surface")?.by;
 */
export function containerHolds(plan: Plan, policy: Policy, runtime: OciRuntime): readonly ContainerHold[] {
  const facts: Facts = {
    own: hasOwnKernel(runtime),
    filters: plan.walls.includes("filters"),
    explained: plan.walls.includes("runtime"),
    policy,
  };
  return [...files(facts), ...processes(facts), ...machine(facts), ...limits(policy)].map(
    ([name, level, by]) => ({
      name,
      level,
      by,
    }),
  );
}

interface Facts {
  readonly own: boolean;
  readonly filters: boolean;
  readonly explained: boolean;
  readonly policy: Policy;
}

function files({ own, explained }: Facts): readonly Row[] {
  const runtime = explained ? "; Node's --permission" : "";
  return [
    [
      "fs.read",
      "full",
      `what is not granted is not mounted, what is denied is covered${runtime}; no Landlock`,
    ],
    ["fs.write", "full", `mounts are read-only${runtime}; no Landlock`],
    own
      ? ["scratch", "partial", "a file system in memory of its own size; gVisor does not count its files"]
      : ["scratch", "full", "a file system in memory of its own size and number of files"],
    ["env", "full", "the program starts without the others"],
  ];
}

function processes({ own, filters, explained, policy }: Facts): readonly Row[] {
  const seccomp = filters ? "seccomp" : "nothing: the filters are taken away";
  const rows: Row[] = [
    [
      "network",
      "full",
      `a network with nothing in it but loopback${filters ? "; seccomp refuses every address" : ""}`,
    ],
    [
      "unix sockets",
      filters ? "full" : "partial",
      `not mounted; ${filters ? "seccomp: none is made" : "no filter"}`,
    ],
    ["other processes", "full", `a pid namespace${filters ? "; seccomp" : ""}`],
    own
      ? [
          "native code",
          "partial",
          explained
            ? "Node's --no-addons; gVisor maps files of noexec mounts, and what they do meets its kernel"
            : "gVisor maps files of noexec mounts; what they do meets its kernel",
        ]
      : [
          "native code",
          "partial",
          "mounts are noexec but Node's and what is granted; executing and mapping those does not end when the program begins",
        ],
    [
      "privileges",
      "full",
      `no capability, no new privileges; ${own ? "a user of gVisor's own" : "a user namespace"}`,
    ],
    [
      "kernel surface",
      filters ? "full" : own ? "partial" : "none",
      own ? `gVisor's kernel, not the host's${filters ? "; the allow-list within it" : ""}` : seccomp,
    ],
  ];
  if (policy.run.allow.length > 0)
    rows.push([
      "run",
      "partial",
      `mounts: only what is granted is executable${explained ? "; the preload" : ""}`,
    ]);
  else
    rows.push(["run", filters ? "full" : "partial", `${seccomp}${explained ? "; Node's --permission" : ""}`]);
  return rows;
}

function machine({ own, explained }: Facts): readonly Row[] {
  const preload = explained ? "the preload, in node:os" : "nothing";
  return [
    ["hostname", "full", "a uts namespace"],
    [
      "sys",
      "partial",
      own
        ? `${preload}; native code hears of gVisor's release and uptime, of the host's memory and processors`
        : `${preload}; native code asks the kernel (uname, sysinfo, clocks)`,
    ],
    ["process.permission.drop", "partial", "the process refuses it; nobody takes it away from outside"],
    ["events", "none", "refusals are told to the program alone"],
  ];
}

function limits({ limits: given }: Policy): readonly Row[] {
  const group = "the runtime's control group; without one it does not start";
  return [
    ...(given.memory === undefined ? [] : [["memory limit", "full", group] as const]),
    ...(given.cpu === undefined ? [] : [["cpu limit", "full", group] as const]),
    ...(given.processes === undefined ? [] : [["process limit", "full", group] as const]),
    ...(given.openFiles === undefined ? [] : [["open files", "full", "RLIMIT_NOFILE"] as const]),
    ...(given.wallTime === undefined
      ? []
      : [["wall time", "full", "`cordon run` ends the container"] as const]),
  ];
}
