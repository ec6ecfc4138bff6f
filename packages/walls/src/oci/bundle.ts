// SPDX-License-Identifier: Apache-2.0
import type { Limits } from "@cordon/policy";
import type { Plan } from "../plan.ts";
import { programText } from "../seccomp/bpf.ts";
import { compileUnsupervised, type UnsupervisedOptions } from "../seccomp/unsupervised.ts";
import { type BundleEntry, FILTER_PATH, JAIL_PATH, ociRoot, type OciRoot, ROOT } from "./mounts.ts";
import { seccompProfile } from "./profile.ts";
import type { CapabilitySet, OciConfig, OciLinux, OciNamespace, OciResources } from "./spec.ts";

/** Who the container's ids are outside. */
export interface OciIdentity {
  /** The program's, inside. */
  readonly uid: number;
  readonly gid: number;
  /** Absent: the runtime makes no user namespace, as where its own kernel has the users. */
  readonly mappings?: OciLinux["uidMappings"];
}

/** What a bundle is made of beside the plan. */
export interface OciFacts {
  readonly identity: OciIdentity;
  /** Whether the runtime's kernel is not the host's. */
  readonly ownKernel: boolean;
  readonly limits: Limits;
  /** Whether the host's cgroups count swap: a limit that cannot be set ends the start. */
  readonly countsSwap: boolean;
  readonly filter: UnsupervisedOptions;
  /** The jail's executable, and the bundle's directory, as the runtime will find them. */
  readonly jail: string;
  readonly bundle: string;
}

/** A bundle as data: `config.json`, and what lies beside it. */
export interface OciBundle {
  readonly config: OciConfig;
  readonly entries: readonly BundleEntry[];
  readonly needed: OciRoot["needed"];
  readonly impossible: OciRoot["impossible"];
}

/** The variable in which the preload is told of its cell, where no supervisor can hand it a file. */
const CELL_VARIABLE = "CORDON_CELL";

const NONE: Readonly<Record<CapabilitySet, readonly string[]>> = {
  bounding: [],
  effective: [],
  inheritable: [],
  permitted: [],
  ambient: [],
};

// config-linux.md, "Namespaces"; time namespaces came with version 1.1.
const NAMESPACES: readonly OciNamespace[] = ["mount", "pid", "network", "ipc", "uts", "cgroup"];

// Beside `subset=pid`, for kernels before 5.8 and runtimes that leave it out.
const MASKED = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
];
const READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

const RLIMITS: Readonly<Record<string, string>> = {
  core: "RLIMIT_CORE",
  nofile: "RLIMIT_NOFILE",
  nproc: "RLIMIT_NPROC",
  memlock: "RLIMIT_MEMLOCK",
  fsize: "RLIMIT_FSIZE",
  msgqueue: "RLIMIT_MSGQUEUE",
  sigpending: "RLIMIT_SIGPENDING",
  stack: "RLIMIT_STACK",
};

/**
 * A plan as an OCI runtime bundle. Pure: what a plan has that a bundle cannot carry is refused before
 * (`refuseForContainer`).
 *
 * @param plan with the namespaces' wall, for a container
 */
export function ociBundle(plan: Plan, facts: OciFacts): OciBundle {
  const filtered = plan.walls.includes("filters");
  const filter = filtered ? programText(compileUnsupervised(facts.filter, !facts.ownKernel)) : null;
  const { mounts, entries, needed, impossible } = ociRoot(
    plan.namespaces?.root ?? [],
    facts.jail,
    facts.bundle,
    filter,
    facts.ownKernel,
  );
  const { uid, gid } = facts.identity;
  const environment = {
    ...plan.environment,
    ...(plan.message === null ? {} : { [CELL_VARIABLE]: plan.message }),
  };
  return {
    config: {
      ociVersion: "1.0.2",
      process: {
        terminal: false,
        user: { uid, gid },
        args: [
          JAIL_PATH,
          filtered ? `--container=${FILTER_PATH}` : "--container",
          ...(Object.hasOwn(plan.environment, "HOME") ? [] : ["--no-home"]),
          ...plan.arguments,
        ],
        env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
        cwd: plan.directory,
        capabilities: NONE,
        rlimits: Object.entries(plan.rlimits).map(([name, value]) => ({
          type: RLIMITS[name] ?? name,
          hard: value,
          soft: value,
        })),
        noNewPrivileges: true,
      },
      root: { path: ROOT, readonly: true },
      hostname: plan.namespaces?.hostname ?? "cordon",
      mounts,
      linux: linux(facts, filtered),
      annotations: { "org.cordon.walls": plan.walls.join(",") },
    },
    entries,
    needed,
    impossible,
  };
}

function linux({ identity, limits, countsSwap, filter }: OciFacts, filtered: boolean): OciLinux {
  const { mappings } = identity;
  const namespaces = mappings === undefined ? NAMESPACES : (["user", ...NAMESPACES] as const);
  const resources = resourcesOf(limits, countsSwap);
  return {
    namespaces: namespaces.map((type) => ({ type })),
    ...(mappings === undefined ? {} : { uidMappings: mappings, gidMappings: mappings }),
    ...(resources === undefined ? {} : { resources }),
    ...(filtered ? { seccomp: seccompProfile(filter) } : {}),
    maskedPaths: MASKED,
    readonlyPaths: READ_ONLY,
  };
}

const PERIOD = 100_000;

/** The processes of a container are the program's and its first one. */
function resourcesOf(limits: Limits, countsSwap: boolean): OciResources | undefined {
  const { memory, swap = 0, cpu, processes } = limits;
  if (memory === undefined && cpu === undefined && processes === undefined) return undefined;
  return {
    ...(memory === undefined
      ? {}
      : { memory: { limit: memory, ...(countsSwap ? { swap: memory + swap } : {}) } }),
    ...(cpu === undefined ? {} : { cpu: { quota: Math.ceil(cpu * PERIOD), period: PERIOD } }),
    ...(processes === undefined ? {} : { pids: { limit: processes + 1 } }),
  };
}

/** `config.json` as text; numbers of 64 bits as they are, which a JavaScript number is too small for. */
export function ociConfigText(config: OciConfig): string {
  const text = JSON.stringify(
    config,
    (_key, value: unknown) => (typeof value === "bigint" ? `\u0000${value}` : value),
    2,
  );
  return `${text.replaceAll(/"\\u0000(\d+)"/g, "$1")}\n`;
}
