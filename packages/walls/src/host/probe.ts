// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { findCgroups, parseCgroup } from "./cgroups.ts";
import type { Host, Surroundings } from "./host.ts";
import { findIdentity, statusField } from "./identity.ts";
import { findArchitecture, findLibc, parseRelease } from "./kernel.ts";
import { lookAtCgroup, readIfThere } from "./look.ts";
import { type Mount, parseMounts } from "./mounts.ts";
import { findUserNamespaces, type NamespaceSettings, parseSysctl } from "./namespaces.ts";
import { findProperties } from "./properties.ts";
import { CONTAINER_MARKS, findSurroundings, type SurroundingFacts } from "./surroundings.ts";
import { jailPath, runTrial, type TrialName } from "./trial.ts";

/** Where to find what the probe needs. */
export interface ProbeOptions {
  /** The jail's program, run with `--probe` for what cannot be learnt without native code. */
  readonly jail?: string;
}

/**
 * Finds out what this machine can enforce. All reading is done here; what it means is decided in the pure modules
 * beside this one.
 * What may not be read counts as not there: in a cell, say.
 *
 * @example
 * const host = await probeHost();
 * host.properties.filter(({ level }) => level === "none");
 */
export async function probeHost(options: ProbeOptions = {}): Promise<Host> {
  const jail = options.jail ?? jailPath;
  const os = process.getBuiltinModule("node:os");
  const status = readIfThere("/proc/self/status");
  const trial = await runTrial(jail);
  const mounts = parseMounts(readIfThere("/proc/self/mounts") ?? "");
  const identity = findIdentity(ids(), readIfThere("/proc/self/uid_map") ?? "", status ?? "");
  const surroundings = findSurroundings(surroundingFacts(status, mounts));
  const succeeded = (name: TrialName): boolean => trial.ok && trial.report[name].ok;
  const facts: Omit<Host, "properties"> = {
    jail: trial.ok ? { path: jail } : { path: jail, problem: trial.problem },
    kernel: parseRelease(os.release()),
    arch: findArchitecture(process.arch),
    libc: findLibc(readIfThere("/proc/self/maps") ?? ""),
    identity,
    landlock: trial.ok
      ? { abi: trial.report.landlock, errno: trial.report.landlockErrno }
      : { abi: 0, errno: "" },
    seccomp: {
      notify: succeeded("seccompNotify"),
      errno: trial.ok && !trial.report.seccompNotify.ok ? trial.report.seccompNotify.errno : "",
      waitKillable: succeeded("seccompWaitKillable"),
      memory: succeeded("memory"),
      descriptors: succeeded("descriptors"),
    },
    proc: { own: identity.kind === "root" || succeeded("ownProc"), children: succeeded("children") },
    ownClock: existsSync("/proc/self/ns/time"),
    surroundings,
    mountAttributes: succeeded("mountAttributes"),
    userNamespaces: findUserNamespaces(trial, namespaceSettings(surroundings), identity.kind),
    cgroups: findCgroups(mounts, parseCgroup(readIfThere("/proc/self/cgroup") ?? ""), lookAtCgroup),
  };
  return { ...facts, properties: findProperties(facts) };
}

function ids(): { uid: number; gid: number } {
  return { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 };
}

function sysctl(name: string): number | null {
  return parseSysctl(readIfThere(`/proc/sys/${name}`));
}

function surroundingFacts(status: string | null, mounts: readonly Mount[]): SurroundingFacts {
  return {
    marks: CONTAINER_MARKS.filter((mark) => existsSync(mark)),
    container: process.env["container"],
    kubernetes: process.env["KUBERNETES_SERVICE_HOST"] !== undefined,
    cgroup: readIfThere("/proc/self/cgroup") ?? "",
    version: process.getBuiltinModule("node:os").version(),
    filtered: status === null || statusField(status, "Seccomp") === "2",
    noNewPrivileges: statusField(status ?? "", "NoNewPrivs") === "1",
    chrooted: mounts.length > 0 && !mounts.some(({ target }) => target === "/"),
    yama: sysctl("kernel/yama/ptrace_scope"),
    modules: readIfThere("/sys/kernel/security/lsm"),
    lockdown: readIfThere("/sys/kernel/security/lockdown"),
    // The last one at a path is the one that is seen.
    sys: mounts.findLast(({ target }) => target === "/sys")?.type === "sysfs",
  };
}

function namespaceSettings(surroundings: Surroundings): NamespaceSettings {
  return {
    maximum: sysctl("user/max_user_namespaces"),
    unprivileged: sysctl("kernel/unprivileged_userns_clone"),
    apparmor: sysctl("kernel/apparmor_restrict_unprivileged_userns"),
    built: existsSync("/proc/self/ns/user"),
    surroundings,
  };
}
