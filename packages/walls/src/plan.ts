// SPDX-License-Identifier: Apache-2.0
import type { WallName } from "@cordon/policy";
import type { StackAddresses } from "./node/stack-addresses.ts";
import type { PlanProperty } from "./held/properties.ts";
import type { Pin } from "./pins.ts";

/** How a mount may be used; `nosuid` and `nodev` hold for every mount. */
export interface MountUse {
  readonly write: boolean;
  readonly execute: boolean;
}

/** One step of building the cell's root, in the order in which the jail takes them. Paths are absolute. */
export type RootStep =
  | {
      readonly step: "mount";
      readonly source: string;
      readonly target: string;
      readonly use: MountUse;
      readonly directory: boolean;
      /** The owner of the source becomes the cell's user: only root can arrange that. */
      readonly mapOwner: boolean;
    }
  | {
      readonly step: "tmpfs";
      readonly target: string;
      readonly bytes: number;
      readonly inodes: number;
      readonly mode: number;
    }
  | { readonly step: "proc"; readonly target: string }
  | { readonly step: "device"; readonly name: string; readonly target: string }
  | { readonly step: "symlink"; readonly text: string; readonly target: string }
  | { readonly step: "file"; readonly target: string; readonly mode: number; readonly contents: string }
  | { readonly step: "directory"; readonly target: string }
  | { readonly step: "mask"; readonly target: string; readonly directory: boolean }
  /** Makes a directory that is there a mount of its own. */
  | { readonly step: "anchor"; readonly target: string };

/** Paths that stay as they are when the program gives up what lies around them. */
export interface StayingPaths {
  /** What every cell has: Node, its libraries, the runtime, devices. */
  readonly own: readonly string[];
  /** What the grants of `run` and of `addon` bring along. */
  readonly run: readonly string[];
  readonly addon: readonly string[];
}

/** In place of an address: whatever it is. */
export const ANY_ADDRESS = "*";

/** A network rule as the broker takes it. The first one that covers an address decides; none denies. */
export interface NetworkStep {
  readonly call: "connect" | "bind";
  readonly allow: boolean;
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  readonly prefix: number;
  readonly from: number;
  readonly to: number;
}

/** A rule for unix sockets as the broker takes it. The first one that covers a path decides; none denies. */
export interface UnixRule {
  readonly allow: boolean;
  /** `below`: the path and all below it; `prefix`: whatever starts so. */
  readonly covers: "below" | "prefix";
  readonly path: string;
  /** Whether the path is the host's, or one of the cell's own files. */
  readonly place: "host" | "own";
}

/** The unix sockets that a cell may reach through the broker, and what the broker must know to look for them. */
export interface UnixPlan {
  readonly rules: readonly UnixRule[];
  /** Paths as they were granted, and where the links in them lead. */
  readonly aliases: readonly { readonly path: string; readonly real: string }[];
  /** Directories with granted sockets in or around them that the program may write. */
  readonly writable: readonly string[];
  /** The sockets that are there now, in directories that the program may write: those, and no others put in their place. */
  readonly known: readonly string[];
}

/** A rule by name. The first one that covers a name decides. */
export interface NameStep {
  readonly allow: boolean;
  readonly protocol: "tcp" | "udp";
  /** `example.com`, `*.example.com`; or `public`, for names that no other rule covers. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A nameserver; a link-local address ends in `%` and the number of the interface. */
export interface ResolverStep {
  readonly address: string;
  readonly port: number;
}

/** A name that the host knows without asking a nameserver. */
export interface HostStep {
  readonly name: string;
  readonly address: string;
}

/** What the cell's resolver goes by. */
export interface Names {
  readonly rules: readonly NameStep[];
  /** Where a name may lead; other addresses must be granted as such. */
  readonly publicNetworks: readonly string[];
  readonly resolvers: readonly ResolverStep[];
  readonly hosts: readonly HostStep[];
}

export type CgroupStep =
  | { readonly step: "make"; readonly directory: string }
  | { readonly step: "set"; readonly file: string; readonly value: string }
  /** As `set`, where the file is there. */
  | { readonly step: "try"; readonly file: string; readonly value: string }
  | { readonly step: "join"; readonly file: string }
  /** Removes what hosts that were killed together with their supervisors have left there. */
  | { readonly step: "sweep"; readonly directory: string };

/** What the supervisor counts of a cell as a whole, by its name in the policy. */
export type CountedName = "memory" | "swap" | "cpu" | "cpuTime" | "processes";

/** Something that the kernel counts in a file of the cell's cgroups; docs/plan.md lists them. */
export type GaugeName =
  | "memory"
  | "memory-peak"
  | "memory-events"
  | "memory-control"
  | "swap"
  | "swap-peak"
  | "swap-events"
  | "memory-and-swap"
  | "memory-and-swap-peak"
  | "processes"
  | "processes-peak"
  | "processes-events"
  | "processes-refused"
  | "cpu"
  | "cpu-user"
  | "cpu-system"
  | "throttled";

/** The cell's cgroups. */
export interface CgroupPlan {
  readonly steps: readonly CgroupStep[];
  /** Paths. */
  readonly gauges: Readonly<Partial<Record<GaugeName, string>>>;
  /** What freezes the cell, and where it says that it has; `null`: its processes are stopped one by one. */
  readonly freezer: { readonly version: 1 | 2; readonly control: string; readonly state: string } | null;
}

/** What the program is told of the machine in place of the kernel's own answer; `null`: the kernel's own. */
export interface FactSteps {
  readonly uname: { readonly node: string; readonly release: string; readonly version: string } | null;
  readonly sysinfo: {
    /** Bytes; `null`: the host's. */
    readonly memory: number | null;
    readonly uptime: "cell" | "host";
    readonly loads: "none" | "host";
  } | null;
  readonly processors: number | null;
}

/** What the supervisor holds of paths that need not exist: the most specific one that covers a path decides. */
export interface PathBan {
  readonly path: string;
  /** Everything that starts so, and not one name. */
  readonly prefix: boolean;
  readonly ban: "all" | "write" | "nothing";
}

/** Path rules of Landlock and the masks of what is refused otherwise (landlock(7)). */
export interface LandlockPlan {
  readonly masks: { readonly fs: number; readonly net: number; readonly scope: number };
  readonly paths: readonly { readonly path: string; readonly rights: number }[];
}

/** A policy resolved for one host and one program: every mount, rule, filter and limit, spelt out. Plain data. */
export interface Plan {
  readonly walls: readonly WallName[];
  /** What it holds and how far; nothing of a recording. */
  readonly properties: readonly PlanProperty[];
  /** `null` without the namespaces' wall. */
  readonly namespaces: {
    /** Root mounts with its own right and enters the user namespace afterwards; others get the right from it. */
    readonly userNamespace: "before-mounts" | "after-mounts";
    readonly hostname: string;
    /** Whether the clocks that count from the machine's start count from the cell's. */
    readonly ownClock: boolean;
    readonly root: readonly RootStep[];
    readonly staying: StayingPaths;
  } | null;
  /** Outside ids; with `perCell` the supervisor's pid is added, so that no two cells share a user. */
  readonly identity: {
    readonly uid: number;
    readonly gid: number;
    readonly perCell: boolean;
    /** Whose user the supervisor is: the host's, or the cell's too, where root could not look into another's. */
    readonly supervisor: "host" | "cell";
    readonly insideUid: number;
    readonly insideGid: number;
  };
  /** `null` without the filters' wall. */
  readonly filters: {
    readonly landlock: LandlockPlan;
    /** The filter: 16 hexadecimal digits an instruction. */
    readonly seccomp: string;
    readonly network: readonly NetworkStep[];
    readonly facts: FactSteps;
    readonly bans: readonly PathBan[];
    readonly unix: UnixPlan;
    /** `null` without the namespaces' wall: then there is nobody whom the cell could ask. */
    readonly names: Names | null;
    /** Whose loopback and ports a bind means: the host's, or the cell's own that no other cell can reach. */
    readonly loopback: "host" | "cell";
    /** Whether the program may execute files, or map them executable, once the runtime is ready. */
    readonly executeAfterReady: boolean;
    readonly mapAfterReady: boolean;
  } | null;
  /** Files that must be what they were when they were hashed. */
  readonly pins: readonly Pin[];
  /** The filter of a run without any wall, in which everything used is written down; `null` for a cell. */
  readonly recording: string | null;
  readonly rlimits: Readonly<Record<string, number>>;
  readonly cgroup: CgroupPlan;
  /** What the supervisor reports by: bytes, processors, milliseconds, a number. */
  readonly bounds: Readonly<Partial<Record<CountedName, number>>>;
  /** Those of them that the supervisor holds by looking at the processes, where no cgroup does. */
  readonly watched: readonly CountedName[];
  /** How much the cell gives way to others; 0: not at all. */
  readonly nice: number;
  /** Milliseconds; `null`: no limit. */
  readonly wallTime: number | null;
  /** What the supervisor counts; `null`: no limit. */
  readonly rates: {
    /** Bytes a second of standard output and standard error together. */
    readonly output: number | null;
    /** Open at one time, and new in a second. */
    readonly connections: number | null;
    readonly connectRate: number | null;
    /** The bytes of TCP connections are counted. */
    readonly bytes: boolean;
  };
  /** How the program is asked where it is before a limit of time ends it; `null`: it cannot be, or there is none. */
  readonly where: StackAddresses | null;
  readonly environment: Readonly<Record<string, string>>;
  /** What the runtime is told of its cell; `null`: nothing, for a program without it. */
  readonly message: string | null;
  readonly directory: string;
  readonly program: string;
  readonly arguments: readonly string[];
}
