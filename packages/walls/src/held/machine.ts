// SPDX-License-Identifier: Apache-2.0
import type { Plan } from "../plan.ts";
import { absent, blind, closed, type Hold, open } from "./hold.ts";

/** By what each wall keeps a fact of the machine from the program; empty where it has no part in it. */
const KEEPING: Readonly<Record<string, { readonly namespaces: string; readonly filters: string }>> = {
  hostname: { namespaces: "a uts namespace", filters: "the supervisor answers uname" },
  release: { namespaces: "", filters: "the supervisor answers uname" },
  cpus: { namespaces: "no /proc/cpuinfo", filters: "the supervisor answers sched_getaffinity" },
  memory: { namespaces: "no /proc/meminfo", filters: "the supervisor answers sysinfo" },
  uptime: { namespaces: "a time namespace", filters: "the supervisor answers sysinfo" },
  loadavg: { namespaces: "no /proc/loadavg", filters: "the supervisor answers sysinfo" },
  networkInterfaces: { namespaces: "a network namespace", filters: "seccomp: no netlink" },
  userInfo: { namespaces: "a private /etc/passwd", filters: "Landlock" },
  priority: { namespaces: "", filters: "seccomp" },
};

/** What a program is told of the machine: a neutral value, unless `sys` grants the host's. */
export function machineHolds(plan: Plan, name: string, isGranted: boolean): readonly Hold[] {
  const keeping = KEEPING[name] ?? { namespaces: "", filters: "" };
  const hold = (wall: "namespaces" | "filters"): Hold => {
    if (plan[wall] === null) return absent(wall);
    const by = keeping[wall];
    if (by === "") return blind(wall, "has no part in it");
    if (isGranted) return open(wall, levelOf(plan, wall, name), `lets the host's be known; otherwise ${by}`);
    if (wall === "namespaces" && name === "uptime" && plan.namespaces?.ownClock !== true) {
      return blind(wall, "this kernel has no time namespaces");
    }
    return closed(wall, by, levelOf(plan, wall, name));
  };
  return [hold("namespaces"), hold("filters")];
}

/** Clocks are read without a system call, and what the processor itself tells nobody hides. */
function levelOf(plan: Plan, wall: "namespaces" | "filters", name: string): Hold["level"] {
  if (name === "uptime")
    return wall === "namespaces" && plan.namespaces?.ownClock === true ? "full" : "partial";
  return wall === "namespaces" && ["cpus", "memory", "loadavg"].includes(name) ? "partial" : "full";
}
