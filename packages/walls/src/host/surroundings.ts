// SPDX-License-Identifier: Apache-2.0
import type { Surroundings } from "./host.ts";

/** What tells where this process runs; `null` for a file that is not there or may not be read. */
export interface SurroundingFacts {
  /** Files that container engines leave: paths of those that exist. */
  readonly marks: readonly string[];
  /** The variable that systemd-nspawn, LXC and Podman set for what they start. */
  readonly container: string | undefined;
  /** Kubernetes sets KUBERNETES_SERVICE_HOST. */
  readonly kubernetes: boolean;
  /** /proc/self/cgroup */
  readonly cgroup: string;
  /** uname(2): a cell of Cordon answers for it. */
  readonly version: string;
  /** /proc/self/status: a filter lies on us, or it may not be read; nothing that is executed gains privileges. */
  readonly filtered: boolean;
  readonly noNewPrivileges: boolean;
  /** Nothing is mounted at /: we are in a chroot, in which the kernel makes no user namespaces. */
  readonly chrooted: boolean;
  /** /proc/sys/kernel/yama/ptrace_scope */
  readonly yama: number | null;
  /** /sys/kernel/security/lsm and lockdown, of which the latter has the present one in brackets. */
  readonly modules: string | null;
  readonly lockdown: string | null;
  /** Whether /sys is mounted. */
  readonly sys: boolean;
}

/** The files that {@link SurroundingFacts.marks} is about. */
export const CONTAINER_MARKS = ["/.dockerenv", "/run/.containerenv", "/.flatpak-info"] as const;

const ENGINES: Readonly<Record<string, string>> = {
  "/.dockerenv": "Docker",
  "/run/.containerenv": "Podman",
  "/.flatpak-info": "Flatpak",
};

/** What lies around this process: a container, a cell, a chroot, and the host's security modules. */
export function findSurroundings(facts: SurroundingFacts): Surroundings {
  const lockdown = /\[(\w+)\]/.exec(facts.lockdown ?? "")?.[1] ?? null;
  const modules = facts.modules === null ? null : facts.modules.trim().split(",").filter(Boolean);
  const { filtered, noNewPrivileges, chrooted, yama, sys } = facts;
  return {
    inside:
      facts.version === "#1 Cordon" && filtered ? "cell" : engineOf(facts) === null ? null : "container",
    engine: engineOf(facts),
    filtered,
    noNewPrivileges,
    chrooted,
    yama,
    modules,
    lockdown: lockdown === "none" ? null : lockdown,
    sys,
  };
}

function engineOf({ marks, container, kubernetes, cgroup }: SurroundingFacts): string | null {
  if (kubernetes) return "Kubernetes";
  const left = marks.map((mark) => ENGINES[mark]).find((engine) => engine !== undefined);
  if (left !== undefined) return left;
  if (container !== undefined && container !== "") return container;
  const [, found] = /\/(docker|kubepods|containerd|lxc|garden|buildkit|machine\.slice)\b/.exec(cgroup) ?? [];
  return found ?? null;
}
