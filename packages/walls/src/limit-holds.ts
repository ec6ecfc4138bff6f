// SPDX-License-Identifier: Apache-2.0
import type { LimitName } from "@cordon/policy";
import type { Level } from "./host/index.ts";

/** On what a limit stands: the cgroups that the host has, or none. */
export type LimitGround = "cgroup v2" | "cgroup v1" | "no cgroup";

/** How a limit is held on one ground. */
export interface LimitHold {
  /** `partial`: what goes beyond it is bounded, but later, coarser or not in every case. */
  readonly level: Level;
  /** By what, and what it does not see. */
  readonly by: string;
  /** Only where the policy accepts it with `accept: limits`; otherwise the cell is refused. */
  readonly mustBeAccepted?: true;
}

interface LimitFacts {
  /** What meeting it does to the cell. */
  readonly effect: "ended" | "refused" | "slowed";
  /** How it shows: in the program, and on the host. */
  readonly shows: string;
  readonly holds: Readonly<Record<LimitGround, LimitHold>>;
}

/** The same on every ground: held by something that needs no cgroup. */
const everywhere = (hold: LimitHold): LimitFacts["holds"] => ({
  "cgroup v2": hold,
  "cgroup v1": hold,
  "no cgroup": hold,
});

/** Every limit: what holds it on each ground. docs/limits.md, `cordon doctor` and the plan are made from this table. */
export const limitFacts: Readonly<Record<LimitName, LimitFacts>> = Object.freeze({
  memory: {
    effect: "ended",
    shows: "V8's `heap out of memory` where JavaScript alone has grown; SIGKILL otherwise",
    holds: {
      "cgroup v2": { level: "full", by: "`memory.max`, with `memory.oom.group`" },
      "cgroup v1": {
        level: "full",
        by: "`memory.limit_in_bytes`; the supervisor ends what the kernel leaves",
      },
      "no cgroup": {
        level: "partial",
        by: "the supervisor looks 20 times a second; not at what processes share",
        mustBeAccepted: true,
      },
    },
  },
  swap: {
    effect: "refused",
    shows: "nothing: pages stay in memory, until that is full",
    holds: {
      "cgroup v2": { level: "full", by: "`memory.swap.max`" },
      "cgroup v1": { level: "full", by: "`memory.memsw.limit_in_bytes`, with `memory`" },
      "no cgroup": {
        level: "partial",
        by: "the supervisor looks 20 times a second, and ends the cell",
        mustBeAccepted: true,
      },
    },
  },
  cpu: {
    effect: "slowed",
    shows: "it waits",
    holds: {
      "cgroup v2": { level: "full", by: "`cpu.max`" },
      "cgroup v1": { level: "full", by: "`cpu.cfs_quota_us`" },
      "no cgroup": { level: "none", by: "nothing: refused" },
    },
  },
  cpuWeight: {
    effect: "slowed",
    shows: "it waits where others want the processor",
    holds: {
      "cgroup v2": { level: "full", by: "`cpu.weight`" },
      "cgroup v1": { level: "full", by: "`cpu.shares`" },
      "no cgroup": {
        level: "partial",
        by: "nice, for each thread: more threads get more; 100 at most",
        mustBeAccepted: true,
      },
    },
  },
  cpuTime: {
    effect: "ended",
    shows: "SIGKILL",
    holds: {
      "cgroup v2": { level: "full", by: "the supervisor's watch over `cpu.stat`" },
      "cgroup v1": { level: "full", by: "the supervisor's watch over `cpuacct.usage`" },
      "no cgroup": {
        level: "partial",
        by: "the supervisor's watch over the processes' clocks, RLIMIT_CPU for each; not what ends unwaited for",
        mustBeAccepted: true,
      },
    },
  },
  processes: {
    effect: "refused",
    shows: "`EAGAIN`",
    holds: {
      "cgroup v2": { level: "full", by: "`pids.max`" },
      "cgroup v1": { level: "full", by: "`pids.max`" },
      "no cgroup": { level: "full", by: "RLIMIT_NPROC, where the cell's user is the cell's alone" },
    },
  },
  wallTime: {
    effect: "ended",
    shows: "SIGKILL",
    holds: everywhere({ level: "full", by: "a timer of the supervisor's" }),
  },
  openFiles: {
    effect: "refused",
    shows: "`EMFILE`, which names the limit",
    holds: everywhere({ level: "full", by: "RLIMIT_NOFILE, for each process" }),
  },
  scratch: {
    effect: "refused",
    shows: "`ENOSPC`, which names the limit",
    holds: everywhere({ level: "full", by: "the size of the tmpfs" }),
  },
  scratchFiles: {
    effect: "refused",
    shows: "`ENOSPC`, which names the limit",
    holds: everywhere({ level: "full", by: "the inodes of the tmpfs" }),
  },
  output: {
    effect: "slowed",
    shows: "a write waits, as on a full pipe",
    holds: everywhere({ level: "full", by: "a relay beside the supervisor, which stops reading" }),
  },
  connections: {
    effect: "refused",
    shows: "`ENOBUFS`, which names the limit",
    holds: everywhere({ level: "full", by: "the broker; needs the filters' wall" }),
  },
  connectRate: {
    effect: "refused",
    shows: "`EAGAIN`, which names the limit",
    holds: everywhere({ level: "full", by: "the broker; needs the filters' wall" }),
  },
} satisfies Record<LimitName, LimitFacts>);

export const limitGrounds: readonly LimitGround[] = Object.freeze(["cgroup v2", "cgroup v1", "no cgroup"]);
