// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { decide, type Policy, type WallName } from "@cordon/policy";
import type { Host } from "./host/index.ts";
import type { FactSteps, RootStep } from "./plan.ts";
import type { AnsweredCall } from "./seccomp/index.ts";

// Neutral values, which the runtime answers too (packages/runtime/src/patches/os.ts). The release is that of an old
// kernel with all that programs look for by version.
const HOSTNAME = "cordon";
const RELEASE = "5.15.0";
const VERSION = "#1 Cordon";
const MEMORY = 8 * 1024 ** 3;
const PROCESSORS = 1;

/** Where the cell finds the host's files for what Node reads from /proc: nothing can be put into a /proc. */
export const SYSTEM_FILES = "/run/cordon/proc";
const FILES: Readonly<Record<string, readonly string[]>> = {
  cpus: ["cpuinfo", "stat"],
  memory: ["meminfo"],
};

const isGranted = (policy: Policy, name: string): boolean => decide(policy, { scope: "sys", name }).granted;

/** The name that the cell's own machine has. */
export function hostnameOf(policy: Policy): string {
  return isGranted(policy, "hostname") ? hostFact("hostname") : HOSTNAME;
}

// As `os.hostname()` says it, without loading the module: most starts ask for nothing.
function hostFact(name: "hostname" | "osrelease" | "version"): string {
  return readFileSync(`/proc/sys/kernel/${name}`, "utf8").trim();
}

/** Whether the cell's clocks count from its own start: time namespaces came with Linux 5.6, where they were configured. */
export function hasOwnClock(policy: Policy, { ownClock }: Pick<Host, "ownClock">): boolean {
  return !isGranted(policy, "uptime") && ownClock;
}

/** What the supervisor answers in the kernel's place; nothing of what is granted. */
export function factSteps(policy: Policy): FactSteps {
  const has = (name: string): boolean => isGranted(policy, name);
  const kernel = has("hostname") && has("release");
  const machine = has("memory") && has("uptime") && has("loadavg");
  return {
    uname: kernel
      ? null
      : {
          node: hostnameOf(policy),
          release: has("release") ? hostFact("osrelease") : RELEASE,
          version: has("release") ? hostFact("version") : VERSION,
        },
    sysinfo: machine
      ? null
      : {
          memory: has("memory") ? null : shownMemory(policy),
          uptime: has("uptime") ? "host" : "cell",
          loads: has("loadavg") ? "host" : "none",
        },
    processors: has("cpus") ? null : PROCESSORS,
  };
}

/** The memory that a program is told of: what it may have. */
export function shownMemory({ limits }: Policy): number {
  return limits.memory ?? MEMORY;
}

/** The system calls that the filter hands over for it. */
export function answeredCalls(facts: FactSteps): readonly AnsweredCall[] {
  return [
    ...(facts.uname === null ? [] : (["uname"] as const)),
    ...(facts.sysinfo === null ? [] : (["sysinfo"] as const)),
    ...(facts.processors === null ? [] : (["sched_getaffinity"] as const)),
  ];
}

/** Who a cell's user is called. */
export interface CellUser {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

const NOBODY: CellUser = { name: "cordon", home: "/tmp", shell: "/sbin/nologin" };

/** The caller's name where `userInfo` is granted. Not the user itself: that is always the cell's own. */
export function systemUser(policy: Policy): CellUser {
  if (!isGranted(policy, "userInfo")) return NOBODY;
  const user = hostUser();
  if (user === undefined) return NOBODY;
  return { name: user.username, home: user.homedir, shell: user.shell ?? "/sbin/nologin" };
}

/** The caller; `undefined` where the machine has no name for its uid (no entry in passwd), and so nothing to grant. */
function hostUser(): SystemMessage["user"] {
  try {
    return process.getBuiltinModule("node:os").userInfo();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_SYSTEM_ERROR") return undefined;
    throw error;
  }
}

/** The files of {@link systemFiles}, where the cell finds them. Without mounts that is the host's own /proc. */
export function systemPaths(policy: Policy, walls: readonly WallName[]): readonly string[] {
  const directory = walls.includes("namespaces") ? SYSTEM_FILES : "/proc";
  return systemFileNames(policy).map((file) => `${directory}/${file}`);
}

function systemFileNames(policy: Policy): readonly string[] {
  return Object.keys(FILES)
    .filter((name) => isGranted(policy, name))
    .flatMap((name) => FILES[name] ?? []);
}

/** Mounts of the host's files for what is granted. */
export function systemFiles(policy: Policy): readonly RootStep[] {
  return systemFileNames(policy).map((file) => ({
    step: "mount",
    source: `/proc/${file}`,
    target: `${SYSTEM_FILES}/${file}`,
    use: { write: false, execute: false },
    directory: false,
    mapOwner: false,
  }));
}

/** What the runtime answers with; it has no other way to know. */
export interface SystemMessage {
  /** Bytes, where `memory` is not granted. */
  readonly memory?: number;
  readonly interfaces?: unknown;
  readonly user?: {
    readonly username: string;
    readonly uid: number;
    readonly gid: number;
    readonly homedir: string;
    readonly shell: string | null;
  };
  /** Where the host's files for `cpus` and `memory` are. */
  readonly files?: string;
}

/** Asks the host for what is granted of it: only then is `node:os` loaded. */
export function systemMessage(policy: Policy, walls: readonly WallName[]): SystemMessage {
  const has = (name: string): boolean => isGranted(policy, name);
  const os = (): typeof import("node:os") => process.getBuiltinModule("node:os");
  const user = has("userInfo") ? hostUser() : undefined;
  return {
    ...(has("memory") ? {} : { memory: shownMemory(policy) }),
    ...(has("networkInterfaces") ? { interfaces: os().networkInterfaces() } : {}),
    ...(user === undefined ? {} : { user }),
    ...(has("cpus") || has("memory") ? { files: walls.includes("namespaces") ? SYSTEM_FILES : "/proc" } : {}),
  };
}
