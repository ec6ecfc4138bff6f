// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { findCgroups, parseCgroup } from "./cgroups.ts";
import type { Host } from "./host.ts";
import { findIdentity, statusField } from "./identity.ts";
import { findArchitecture, findLibc, parseRelease } from "./kernel.ts";
import { lookAtCgroup, readIfThere } from "./look.ts";
import { parseMounts } from "./mounts.ts";
import { findUserNamespaces, type NamespaceSettings, parseSysctl } from "./namespaces.ts";
import { findProperties } from "./properties.ts";
import { jailPath, runTrial } from "./trial.ts";

/** Where to find what the probe needs. */
export interface ProbeOptions {
  /** The jail's program, run with `--probe` for what cannot be learnt without native code. */
  readonly jail?: string;
}

/**
 * Finds out what this machine can enforce. All reading is done here; what it means is decided in the pure modules
 * beside this one.
 *
 * @throws only where `/proc` is not mounted: without it nothing can be found out.
 * @example
 * const host = await probeHost();
 * host.properties.filter(({ level }) => level === "none");
 */
export async function probeHost(options: ProbeOptions = {}): Promise<Host> {
  const jail = options.jail ?? jailPath;
  const status = readFileSync("/proc/self/status", "utf8");
  const trial = await runTrial(jail);
  const facts: Omit<Host, "properties"> = {
    jail: trial.ok ? { path: jail } : { path: jail, problem: trial.problem },
    kernel: parseRelease(release()),
    arch: findArchitecture(process.arch),
    libc: findLibc(readFileSync("/proc/self/maps", "utf8")),
    identity: findIdentity(ids(), readFileSync("/proc/self/uid_map", "utf8"), status),
    landlock: { abi: trial.ok ? trial.report.landlock : 0 },
    seccomp: {
      notify: trial.ok && trial.report.seccompNotify.ok,
      waitKillable: trial.ok && trial.report.seccompWaitKillable.ok,
    },
    mountAttributes: trial.ok && trial.report.mountAttributes.ok,
    userNamespaces: findUserNamespaces(trial, namespaceSettings(status)),
    cgroups: findCgroups(
      parseMounts(readFileSync("/proc/self/mounts", "utf8")),
      parseCgroup(readIfThere("/proc/self/cgroup") ?? ""),
      lookAtCgroup,
    ),
  };
  return { ...facts, properties: findProperties(facts) };
}

function ids(): { uid: number; gid: number } {
  return { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 };
}

function namespaceSettings(status: string): NamespaceSettings {
  const sysctl = (name: string): number | null => parseSysctl(readIfThere(`/proc/sys/${name}`));
  return {
    maximum: sysctl("user/max_user_namespaces"),
    unprivileged: sysctl("kernel/unprivileged_userns_clone"),
    apparmor: sysctl("kernel/apparmor_restrict_unprivileged_userns"),
    built: existsSync("/proc/self/ns/user"),
    filtered: statusField(status, "Seccomp") === "2",
  };
}
