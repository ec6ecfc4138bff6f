// SPDX-License-Identifier: Apache-2.0
import type { Architecture } from "../seccomp/options.ts";

/** How much of a property this host can enforce. */
export type Level = "full" | "partial" | "none";

/** The limits that need a cgroup, or something in its place. */
export type CgroupLimit = "memory" | "swap" | "cpu" | "cpuWeight" | "cpuTime" | "processes";

/** The properties that `cordon doctor` lists, in its order. */
export type PropertyName =
  | "kernel"
  | "architecture"
  | "surroundings"
  | "user namespaces"
  | "own proc"
  | "landlock"
  | "seccomp"
  | "broker"
  | "sockets"
  | "own clock"
  | "c library"
  | `limit ${CgroupLimit}`
  | "identity"
  | "jail";

/** One thing that Cordon needs of a host: how far it is there, what provides it, and what would mend it. */
export interface HostProperty {
  readonly name: PropertyName;
  readonly level: Level;
  /** What provides it, or why nothing does: "Landlock ABI 6", "cgroup v1 at /sys/fs/cgroup/memory". */
  readonly by: string;
  /** What to do about it; there whenever the level is not `full`. */
  readonly remedy?: string;
}

/** Of v2, `cpuacct` (what a cgroup has used) and `freezer` are part of every cgroup; there they need no controller. */
export type ControllerName = "memory" | "pids" | "cpu" | "cpuacct" | "freezer";

/** A directory in which this process may make a cgroup that the controller limits. */
export interface Controller {
  readonly version: 1 | 2;
  readonly directory: string;
  /** v2: the controller must first be written to the directory's `cgroup.subtree_control`. */
  readonly enable: boolean;
}

export interface Cgroups {
  /** What is mounted; `hybrid` is v1 controllers beside a v2 tree. */
  readonly layout: "v1" | "v2" | "hybrid" | "none";
  /** Only those that are usable. */
  readonly controllers: Readonly<Partial<Record<ControllerName, Controller>>>;
  /** Why those that are missing are, in words. */
  readonly missing: Readonly<Partial<Record<ControllerName, string>>>;
}

/** What lies around this process. */
export interface Surroundings {
  readonly inside: "container" | "cell" | null;
  /** Which container, in a word. */
  readonly engine: string | null;
  readonly filtered: boolean;
  readonly noNewPrivileges: boolean;
  readonly chrooted: boolean;
  /** kernel.yama.ptrace_scope; `null` without Yama. */
  readonly yama: number | null;
  /** Security modules in force; `null` where /sys/kernel/security is not mounted. */
  readonly modules: readonly string[] | null;
  /** `integrity` or `confidentiality`. */
  readonly lockdown: string | null;
  readonly sys: boolean;
}

export type UserNamespaces =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** The step of the jail's own trial that failed, and how. */
      readonly step: string;
      readonly errno: string;
      readonly cause: string;
      readonly remedy: string;
    };

/**
 * Who a cell is where it has no user namespace: `own`, a uid of its own under a supervisor that stays root; `become`, one
 * that its supervisor takes too; `shared`, the caller's; `none`, where the caller is a root that cannot become another.
 */
export type AloneIdentity = "own" | "become" | "shared" | "none";

/** All that resolving a plan needs to know of a machine. */
export interface Host {
  /** The jail's program, and why its trials could not be read, if so: then nothing can be started. */
  readonly jail: { readonly path: string; readonly problem?: string };
  readonly kernel: { readonly release: string; readonly major: number; readonly minor: number };
  /** `null` on a processor that Cordon has no tables for; nothing can be started there. */
  readonly arch: Architecture | null;
  readonly libc: { readonly kind: "glibc" | "musl" | "unknown"; readonly version?: string };
  /** `root`: uid 0 with a whole range of ids mapped, so that each cell can have a uid of its own. */
  readonly identity: {
    readonly kind: "root" | "ordinary";
    readonly uid: number;
    readonly gid: number;
    readonly alone: AloneIdentity;
  };
  /** 0 where the kernel has none, or where it is switched off: the errno tells which. */
  readonly landlock: { readonly abi: number; readonly errno: string };
  readonly seccomp: {
    /** A filter with a listener can be had (5.0, with ADDFD and SEND 5.14). */
    readonly notify: boolean;
    /** Why not: EBUSY where another listener lies on us already. */
    readonly errno: string;
    /** Signals do not restart a call that is being answered (5.19). */
    readonly waitKillable: boolean;
    /** The supervisor can read the memory of what it has started. */
    readonly memory: boolean;
    /** It can take sockets out of it (pidfd_getfd), without which nothing is connected. */
    readonly descriptors: boolean;
  };
  readonly proc: {
    /** A /proc of the cell's own can be mounted: nothing of the host's is covered. */
    readonly own: boolean;
    /** It lists children: how a cell without a pid namespace is ended. */
    readonly children: boolean;
  };
  /** The kernel has time namespaces. */
  readonly ownClock: boolean;
  readonly surroundings: Surroundings;
  /** mount_setattr(2): read-only, nosuid and noexec for whole trees (5.12). */
  readonly mountAttributes: boolean;
  readonly userNamespaces: UserNamespaces;
  readonly cgroups: Cgroups;
  readonly properties: readonly HostProperty[];
}
