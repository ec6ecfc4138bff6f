// SPDX-License-Identifier: Apache-2.0
import { existsSync, statSync } from "node:fs";
import {
  CordonError,
  type LimitName,
  limitNames,
  limitTable,
  type Policy,
  type WallName,
} from "@cordon/policy";
import type { Host } from "../host/index.ts";
import type { Plan } from "../plan.ts";
import type { Program } from "../resolve.ts";
import type { OciBundle } from "./bundle.ts";
import { hasOwnKernel, type OciRuntime } from "./runtimes.ts";

function refuse(runtime: OciRuntime, origin: string, what: string, why: string, remedy: string): never {
  throw new CordonError("ERR_NOT_PORTABLE", { origin, what, runtime, why }, { remedy });
}

const NOBODY = "there is no supervisor beside a container, and only it can tell where a socket leads";

/** What holds a limit: a control group, something else in the bundle, or whoever waits for its end. */
const HOLDERS: Readonly<Partial<Record<LimitName, "group" | "bundle" | "run">>> = {
  memory: "group",
  swap: "group",
  cpu: "group",
  processes: "group",
  openFiles: "bundle",
  scratch: "bundle",
  wallTime: "run",
};

/** What else decides what carries over. */
interface Circumstances {
  readonly runtime: OciRuntime;
  readonly walls: readonly WallName[];
  /** Whether `cordon run` starts it, and waits for its end. */
  readonly isRun: boolean;
}

/**
 * Refuses what a bundle cannot carry over, before anything is written.
 *
 * @throws CordonError `ERR_NOT_PORTABLE`, `ERR_LIMIT_UNENFORCEABLE`, `ERR_WALL_UNAVAILABLE`
 */
export function refuseForContainer(
  policy: Policy,
  { mode, inspect, audit }: Program,
  identity: Host["identity"],
  { runtime, walls, isRun }: Circumstances,
): void {
  for (const scope of ["net.connect", "net.listen", "net.unix"] as const) {
    const [first] = policy[scope].allow;
    if (first !== undefined)
      refuse(
        runtime,
        first.origin,
        `\`${scope}\``,
        NOBODY,
        "Leave the grant out, or run the program with `cordon run`.",
      );
  }
  if (policy.integrity.length > 0) {
    const why = "a file is hashed when the bundle is written, and nobody looks again when it is run";
    refuse(
      runtime,
      "integrity",
      "a pinned file",
      why,
      "Run the program with `cordon run`, which holds pins.",
    );
  }
  if (mode === "serve" || inspect !== undefined || audit !== undefined) {
    const option = mode === "serve" ? "serve" : inspect !== undefined ? "--inspect" : "--audit";
    refuse(runtime, option, "it", "it needs the supervisor's channel", "Leave it out, or leave --with out.");
  }
  if (!walls.includes("namespaces"))
    throw new CordonError(
      "ERR_WALL_UNAVAILABLE",
      { wall: "namespaces", cause: "a container is made of namespaces; --walls cannot take them away" },
      { remedy: "Keep the wall, or leave --with out." },
    );
  for (const name of limitNames) {
    if (policy.limits[name] === undefined) continue;
    const remedy = unheld(name, policy, runtime, identity, isRun);
    if (remedy === undefined) continue;
    const details = { path: `/limits/${name}`, remedy };
    throw new CordonError("ERR_LIMIT_UNENFORCEABLE", { limit: name, remedy }, details);
  }
}

/** Why nobody holds a limit, and what to do about it; `undefined` where somebody does. */
function unheld(
  name: LimitName,
  { limits }: Policy,
  runtime: OciRuntime,
  { kind }: Host["identity"],
  isRun: boolean,
): string | undefined {
  switch (HOLDERS[name]) {
    case "bundle":
      return undefined;
    case "run":
      return isRun
        ? undefined
        : `a bundle has no clock: leave --limit-${limitTable[name].flag} to whoever runs it, or use \`cordon run --with\``;
    case "group":
      if (name === "swap" && limits.memory === undefined)
        return "a runtime takes it together with the memory alone; set --limit-memory too";
      if (!hasOwnKernel(runtime)) return undefined; // without a control group they do not start
      // Its control group has the threads of its kernel in it, of which nobody knows how many there are.
      if (name === "processes") return "gVisor counts its own kernel's threads; use runc or crun";
      // It says nothing, and goes on without.
      return kind === "root" ? undefined : "an ordinary user's runsc has no control group; use runc or crun";
    default:
      return "no OCI runtime holds it; leave it out, or run the program with `cordon run`";
  }
}

/** Refuses a plan that asks for what only the supervisor does. */
export function refusePlan({ filters, namespaces }: Plan, runtime: OciRuntime): void {
  const ban = filters?.bans[0];
  if (ban !== undefined)
    refuse(
      runtime,
      "deny",
      `${ban.path}${ban.prefix ? "*" : ""}, which does not exist,`,
      "there is nothing to mount over, and no supervisor to ask",
      "Create the path, or grant less than the directory that it would be in.",
    );
  if (namespaces?.root.some(({ step, target }) => step === "mount" && target === "/"))
    refuse(
      runtime,
      "fs.read",
      "a grant of /",
      "the root of a container is the bundle's own",
      "Grant the directories that the program needs.",
    );
}

/**
 * Refuses a bundle that would be run with less, or change the host.
 *
 * @throws CordonError `ERR_NOT_PORTABLE`
 */
export function refuseBundle(
  { needed, impossible }: OciBundle,
  plan: Plan,
  runtime: OciRuntime,
  identity: Host["identity"],
): void {
  const missing = needed.find((path) => !existsSync(path));
  if (missing !== undefined)
    refuse(
      runtime,
      "mount",
      `something mounted at ${missing}`,
      "it does not exist there, and the runtime would make it in the host's own directory",
      "Grant the directories around it one by one.",
    );
  const [link] = impossible;
  if (link !== undefined)
    refuse(
      runtime,
      "link",
      `the symbolic link ${link}`,
      "what it lies in is mounted, and nothing can be made there",
      "Name the path that it leads to.",
    );
  if (identity.kind === "root" && !hasOwnKernel(runtime)) refuseForeign(plan, runtime);
}

const OTHERS_READ = 0o4;
const OTHERS_WRITE = 0o2;

/** In a cell of root's, a grant's owner is the cell's user (mount_setattr(2), MOUNT_ATTR_IDMAP); here nobody maps it. */
function refuseForeign({ namespaces }: Plan, runtime: OciRuntime): void {
  for (const step of namespaces?.root ?? []) {
    if (step.step !== "mount" || !step.mapOwner) continue;
    const mode = statSync(step.source, { throwIfNoEntry: false })?.mode ?? 0;
    const isEnough = (mode & OTHERS_READ) !== 0 && (!step.use.write || (mode & OTHERS_WRITE) !== 0);
    if (isEnough) continue;
    refuse(
      runtime,
      step.use.write ? "fs.write" : "fs.read",
      step.target,
      "as root, the container's user is nobody that the host knows, and the path is not open to others",
      `Run as the user who owns it, or with --with=runsc, or open it to others (chmod o+${step.use.write ? "rw" : "r"}).`,
    );
  }
}
