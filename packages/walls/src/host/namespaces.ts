// SPDX-License-Identifier: Apache-2.0
import type { Host, Surroundings, UserNamespaces } from "./host.ts";
import { remedyForTrial, type TrialResult } from "./trial.ts";

/** The settings that restrict user namespaces; `null` where the kernel has no such setting. */
export interface NamespaceSettings {
  /** user.max_user_namespaces */
  readonly maximum: number | null;
  /** kernel.unprivileged_userns_clone (Debian's kernels) */
  readonly unprivileged: number | null;
  /** kernel.apparmor_restrict_unprivileged_userns (Ubuntu 23.10 and later) */
  readonly apparmor: number | null;
  /** /proc/self/ns/user exists: the kernel was built with user namespaces. */
  readonly built: boolean;
  /** A filter of a container's, or of a cell's, may lie on this process already. */
  readonly surroundings: Pick<Surroundings, "inside" | "engine" | "filtered" | "chrooted">;
}

/** Reads a sysctl's file; `null` stands for a file that does not exist. */
export function parseSysctl(text: string | null): number | null {
  const value = Number.parseInt(text ?? "", 10);
  return Number.isNaN(value) ? null : value;
}

/** Whether cells can have namespaces, from the jail's own trial; the settings only explain why not. */
export function findUserNamespaces(
  trial: TrialResult,
  settings: NamespaceSettings,
  kind: Host["identity"]["kind"],
): UserNamespaces {
  if (!trial.ok && settings.surroundings.inside === "cell")
    return { ok: false, step: "probe", errno: "", ...INSIDE_CELL };
  if (!trial.ok) {
    const remedy = remedyForTrial(trial.problem);
    return { ok: false, step: "probe", errno: "", cause: trial.problem, remedy };
  }
  const { userNamespace, namespaces } = trial.report;
  // A cell has all of them, also where root could make the others without the first.
  if (!userNamespace.ok) return refused("user namespace", userNamespace.errno, settings);
  if (!namespaces.ok) return refused("namespaces", namespaces.errno, settings);
  // The host's root mounts it outside of the user namespace, where nothing is held against it.
  const { ownProc } = trial.report;
  if (!ownProc.ok && kind === "ordinary")
    return { ok: false, step: "proc", errno: ownProc.errno, ...COVERED_PROC };
  return { ok: true };
}

const INSIDE_CELL: Explanation = {
  cause: "this is inside a cell of Cordon, and cells are not nested",
  remedy: "Grant `run` to the outer cell and start the program as its child, or start both from outside.",
};

function refused(step: string, errno: string, settings: NamespaceSettings): UserNamespaces {
  return { ok: false, step, errno, ...explain(errno, settings) };
}

interface Explanation {
  readonly cause: string;
  readonly remedy: string;
}

/** What to do where only the floor can be had, at the end of each remedy. */
export const FLOOR = "`cordon run --walls=filters,runtime` works without.";

// mount_too_revealing() in the kernel: a new /proc would show what is covered in the one that is there.
const COVERED_PROC: Explanation = {
  cause: "parts of /proc are covered here, as in a container, so the kernel refuses the cell one of its own",
  remedy: `Start the container with \`--security-opt systempaths=unconfined\` (Kubernetes: procMount: Unmasked). ${FLOOR}`,
};

function explain(errno: string, settings: NamespaceSettings): Explanation {
  if (!settings.built || errno === "EINVAL") {
    return {
      cause: "the kernel was built without user namespaces",
      remedy: `Boot a kernel with CONFIG_USER_NS. ${FLOOR}`,
    };
  }
  const { inside, engine, filtered, chrooted } = settings.surroundings;
  if (inside === "cell") return INSIDE_CELL;
  if (settings.maximum === 0) {
    return {
      cause: "user.max_user_namespaces is 0",
      remedy: `Run \`sysctl -w user.max_user_namespaces=15000\` as root. ${FLOOR}`,
    };
  }
  if (settings.unprivileged === 0) {
    return {
      cause: "kernel.unprivileged_userns_clone is 0",
      remedy: `Run \`sysctl -w kernel.unprivileged_userns_clone=1\` as root. ${FLOOR}`,
    };
  }
  if (filtered) {
    return {
      cause: `${engine === null ? "the container's" : `${engine}'s`} seccomp profile refuses namespaces`,
      remedy:
        "Start the container with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined" +
        ` --security-opt systempaths=unconfined\`, or with a profile that allows unshare, mount and pivot_root. ${FLOOR}`,
    };
  }
  if (chrooted) {
    return {
      cause: "this is a chroot, in which the kernel makes no user namespaces",
      remedy: `Enter the directory by pivot_root(2), as \`unshare --root\` does not and containers do. ${FLOOR}`,
    };
  }
  if (settings.apparmor !== null && settings.apparmor !== 0) {
    return {
      cause: "AppArmor restricts user namespaces (kernel.apparmor_restrict_unprivileged_userns)",
      remedy:
        "Give cordon-jail an AppArmor profile with `userns,`, or run" +
        ` \`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0\` as root. ${FLOOR}`,
    };
  }
  if (errno === "ENOSPC" || errno === "EUSERS") {
    return {
      cause: "the limit of nested or of all user namespaces is reached",
      remedy: `Raise user.max_user_namespaces, and do not nest more than 32 of them. ${FLOOR}`,
    };
  }
  return {
    cause: `the kernel answers ${errno}`,
    remedy: `Look whether a security module or a container refuses unshare(2), and lift that for cordon-jail. ${FLOOR}`,
  };
}
