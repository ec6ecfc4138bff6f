// SPDX-License-Identifier: Apache-2.0
import { dirname } from "node:path";
import {
  CordonError,
  decide,
  type PathRule,
  type PlainPolicy,
  type Policy,
  policyToPlain,
  type WallName,
} from "@cordon/policy";
import { type AccessTree, accessTree } from "./access.ts";
import type { Host } from "./host/index.ts";
import { planProperties } from "./held/properties.ts";
import { type Inspect, inspectFlags, withInspectorPort } from "./inspector.ts";
import { checkIntegrity, protectPinned } from "./integrity.ts";
import { landlockMasks } from "./landlock.ts";
import { landlockPaths } from "./landlock-paths.ts";
import { endsByTime, heapFlags, limitSteps, scratchSize, toldLimits } from "./limits.ts";
import { refuseForeignLinks, refuseOwnLinks } from "./laid-links.ts";
import { resolveLinks } from "./links.ts";
import { ownPlaces, refusePrivateGrants, rootSteps } from "./mounts.ts";
import { namesOf } from "./name-steps.ts";
import { networkSteps } from "./network-steps.ts";
import { requireHooks } from "./node/builtins.ts";
import { type NodeFacts, permissionFlags } from "./node/index.ts";
import { stackAddresses } from "./node/stack-addresses.ts";
import { protectOwnFiles, wholeScopes } from "./own-files.ts";
import { packageDirectories } from "./package-directories.ts";
import { type PathRules, type ResolvedPaths, type ResolvedRule, resolvePaths } from "./paths.ts";
import { pathBans } from "./path-bans.ts";
import type { PathBan, Plan, StayingPaths, UnixPlan } from "./plan.ts";
import { type ProgramFiles, programFiles } from "./program-files.ts";
import { requireWalls } from "./requirements.ts";
import { rateSteps } from "./rates.ts";
import { runtimePolicy } from "./runtime-policy.ts";
import { unixSockets } from "./unix-sockets.ts";
import { noScratch, SCRATCH, type ScratchUse, takeScratch } from "./scratch.ts";
import { seccompText } from "./seccomp/text.ts";
import {
  answeredCalls,
  factSteps,
  hasOwnClock,
  hostnameOf,
  systemFiles,
  systemMessage,
  systemPaths,
  systemUser,
} from "./system.ts";

/** What is to run. Paths are absolute. */
export interface Program {
  readonly node: NodeFacts;
  readonly entry: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** Where granted variables come from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `serve`: an app in a network of its own, started by the harness. */
  readonly mode: "run" | "serve";
  /** Where a debugger reaches the program. */
  readonly inspect?: Inspect;
  /** Files of the runtime, in a directory of its own: what Node loads first, and the harness of `serve`. */
  readonly runtime: { readonly directory: string; readonly preload: string; readonly serve: string };
  /** Of the cell's cgroups; unique on the host. */
  readonly name: string;
  /** Nameservers to ask in place of the host's, such as `192.0.2.53` or `[2001:db8::53]:5353`. */
  readonly resolvers?: readonly string[];
  /** An audit was asked for: uses are held against this policy too, if there is one, and nothing is refused by it. */
  readonly audit?: { readonly policy: Policy | undefined };
  /** The bytes of its TCP connections are counted. */
  readonly countsBytes?: boolean;
  /** Who the program is inside; default: 1000. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** All three walls, from the outermost in. */
export const allWalls: readonly WallName[] = Object.freeze(["namespaces", "filters", "runtime"]);

// Each of the cells of a host that runs as root gets a user of its own above this one; no distribution gives out
// ids there, and adding any pid (at most 2^22) stays below the reserved ones.
const FIRST_UID = 0x40000000;
const INSIDE_ID = 1000;
// V8 maps its built-ins anew from Node's own file for each worker, which is an executable mapping of a file after the
// runtime is ready; without the option a worker would crash there. It makes the start 4 ms slower, so only workers pay.
export const NO_REMAPPING = "--no-short-builtin-calls";
const SYSTEM_DIRECTORIES = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];
const LIBRARY_DIRECTORIES = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];

const UNREACHABLE = "a root without CAP_SYS_PTRACE becomes the cell's user, who has no cgroup";
const NO_CGROUPS: Host["cgroups"] = {
  layout: "none",
  controllers: {},
  missing: { memory: UNREACHABLE, pids: UNREACHABLE, cpu: UNREACHABLE, cpuacct: UNREACHABLE },
};

/** Without a user namespace a cell is whoever it is on the host: never a root. */
function identityOf({ kind, uid, gid, alone }: Host["identity"], namespaces: boolean): Plan["identity"] {
  const inside = { insideUid: INSIDE_ID, insideGid: INSIDE_ID };
  if (!namespaces && alone === "none") {
    throw new CordonError(
      "ERR_NOT_ENFORCEABLE",
      {
        origin: "--walls",
        what: "a user of the cell's own, without namespaces and by a root who may not change its uid,",
      },
      { remedy: "Run Cordon as an ordinary user, or with CAP_SETUID and CAP_SETGID and all uids mapped." },
    );
  }
  const own = namespaces ? kind === "root" : alone !== "shared";
  const supervisor = !namespaces && alone === "become" ? "cell" : "host";
  return own
    ? { uid: FIRST_UID, gid: FIRST_UID, perCell: true, supervisor, ...inside }
    : { uid, gid, perCell: false, supervisor, ...inside };
}

const rule = (path: string, origin: string): PathRule => ({ path, optional: true, origin });

/** `run` brings the system's libraries; `run: *` the system's programs too. */
function widenForChildren(policy: Policy): Policy {
  if (policy.run.allow.length === 0) return policy;
  const everything = policy.run.allow.some(({ program }) => program === "*");
  const directories = everything ? SYSTEM_DIRECTORIES : LIBRARY_DIRECTORIES;
  return {
    ...policy,
    "fs.read": {
      ...policy["fs.read"],
      allow: [...policy["fs.read"].allow, ...directories.map((path) => rule(path, "--allow-run"))],
    },
  };
}

function resolvedTree(paths: ResolvedPaths, entry: readonly ResolvedRule[], policy: Policy): AccessTree {
  const programs = paths.run.allow.filter(({ path }) => path !== "/");
  const libraries =
    policy.run.allow.length > 0 ? paths.read.allow.filter(({ origin }) => origin === "--allow-run") : [];
  const read: PathRules = {
    allow: [...paths.read.allow, ...entry, ...programs, ...paths.addon.allow],
    deny: paths.read.deny,
  };
  const map: PathRules = { allow: [...libraries, ...paths.addon.allow], deny: paths.addon.deny };
  return accessTree({ read, write: paths.write, execute: paths.run, map });
}

/** The program itself, and what is found for `run`, the operator has named or has in the PATH: others' links may lead there. */
function refuseLinks({ read, write, run, addon }: ResolvedPaths, tree: AccessTree): void {
  for (const { allow } of [read, write, run, addon]) refuseOwnLinks(allow, tree);
  const named = read.allow.filter(({ origin }) => origin !== "the program" && origin !== "--allow-run");
  refuseForeignLinks([...named, ...write.allow, ...addon.allow]);
}

/** What the cell does not see cannot be held against anything: it was checked here, and nothing in the cell reads it. */
function pinsOf({ run, addon }: ResolvedPaths, pinned: Plan["pins"], tree: AccessTree): Plan["pins"] {
  const visible = pinned.filter(({ path }) => tree.at(path).read);
  const granted = [...run.allow, ...addon.allow].flatMap(({ pin }) => (pin === undefined ? [] : [pin]));
  const pins = [...visible, ...granted];
  return [...new Map(pins.map((pin) => [pin.path, pin])).values()];
}

function stayingPaths(paths: ResolvedPaths, files: ProgramFiles): StayingPaths {
  const libraries = paths.read.allow.filter(({ origin }) => origin === "--allow-run");
  const run = [...paths.run.allow, ...libraries].map(({ path }) => path).filter((path) => path !== "/");
  return { own: ownPlaces(files), run, addon: paths.addon.allow.map(({ path }) => path) };
}

/** Without mounts there is no /tmp of the cell's own. An app that is served has one to use: nobody else sees it. */
function scratchOf(asked: ScratchUse, mode: Program["mode"], isThere: boolean): ScratchUse {
  if (!isThere) return noScratch;
  return mode === "serve" ? { read: true, write: true } : asked;
}

function grantedEnvironment(policy: Policy, source: Program["environment"]): Record<string, string> {
  if (policy.env.allow.length === 0) return {};
  const granted = Object.entries(source).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && decide(policy, { scope: "env", name: entry[0] }).granted,
  );
  return Object.fromEntries(granted);
}

function filtersOf(
  policy: Policy,
  host: Host,
  walls: readonly WallName[],
  { mode, inspect, resolvers }: Program,
  tree: AccessTree,
  files: ProgramFiles,
  scratch: ScratchUse,
  unix: UnixPlan,
  bans: readonly PathBan[],
): NonNullable<Plan["filters"]> {
  if (host.arch === null)
    throw new CordonError("ERR_WALL_UNAVAILABLE", {
      wall: "filters",
      cause: "this processor is neither x86-64 nor arm64",
    });
  const namespaces = walls.includes("namespaces");
  const children = policy.run.allow.length > 0;
  const facts = factSteps(policy);
  return {
    landlock: {
      masks: landlockMasks(host.landlock.abi),
      paths: landlockPaths(
        tree,
        files,
        { namespaces, scratch, readable: systemPaths(policy, walls) },
        host.landlock.abi,
      ),
    },
    seccomp: seccompText({
      arch: host.arch,
      children,
      signals: namespaces || host.landlock.abi >= 6,
      metadata: namespaces,
      unixSockets: policy["net.unix"].allow.length > 0,
      answered: answeredCalls(facts),
      keptPaths: bans.length > 0,
      keptReading: bans.some(({ ban }) => ban === "all"),
      priority: namespaces && decide(policy, { scope: "sys", name: "priority" }).granted,
    }),
    network: networkSteps(withInspectorPort(policy, mode, inspect)),
    facts,
    bans,
    unix,
    names: namesOf(policy, namespaces, resolvers),
    loopback: mode === "serve" ? "cell" : "host",
    executeAfterReady: children,
    mapAfterReady: children || policy.addon.allow.length > 0,
  };
}

/** What Node's own permission model must let through beside the grants, so that a program behaves as without it. */
function nodeExtras(
  program: Program,
  entry: readonly string[],
  paths: ResolvedPaths,
  inside: Policy,
  mode: Program["mode"],
  readable: readonly string[],
): Parameters<typeof permissionFlags>[2] {
  const devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
  return {
    read: [
      ...entry,
      program.runtime.directory,
      ...devices,
      ...readable,
      ...paths.addon.allow.map(({ path }) => path),
      // As they are written too: a program asks where they lead.
      ...inside.run.allow.map((each) => each.program).filter((path) => path !== "/" && path.startsWith("/")),
    ],
    write: ["/dev/null"],
    listen: mode === "serve",
  };
}

const NO_SOCKETS: UnixPlan = { rules: [], aliases: [], writable: [], known: [] };

/** The second policy as the runtime decides by it. */
function auditMessage({ audit, environment }: Program, entry: readonly string[]): { policy?: PlainPolicy } {
  if (audit?.policy === undefined) return {};
  const { policy, scratch } = takeScratch(audit.policy);
  const paths = resolvePaths(widenForChildren(policy), environment["PATH"] ?? "/usr/bin:/bin");
  return { policy: policyToPlain(runtimePolicy(policy, paths, entry, scratch, NO_SOCKETS)) };
}

/**
 * Resolves a policy for one host and one program. Reads the file system (links, globs, hashes), changes nothing.
 *
 * @param given what is granted
 * @param host what this machine can enforce, from `probeHost`
 * @param program what is to run
 * @param walls those that are to stand; fewer than three only on the operator's word
 * @returns the plan; `encodePlan` gives the jail's text of it
 * @throws CordonError if a grant cannot be resolved, or this host cannot enforce what the policy asks
 */
export function resolvePlan(
  given: Policy,
  host: Host,
  program: Program,
  walls: readonly WallName[] = allWalls,
): Plan {
  const namespaces = walls.includes("namespaces");
  const { policy: asked, scratch: askedScratch } = takeScratch(given);
  const policy = protectPinned(protectOwnFiles(asked, program.node));
  requireHooks(policy, program.node, walls);
  const pinned = checkIntegrity(policy);
  requireWalls(policy, host, walls, program.mode);
  const root = host.identity.kind === "root";
  // Where the kernel will say that it is: the working directory of a process has no links in it.
  const directory = resolveLinks(program.directory).real;
  const wide = widenForChildren(policy);
  const paths = resolvePaths(
    {
      ...wide,
      "fs.read": {
        ...wide["fs.read"],
        allow: [...wide["fs.read"].allow, rule(program.entry, "the program")],
      },
    },
    program.environment["PATH"] ?? "/usr/bin:/bin",
  );
  const entry = paths.read.allow.filter(({ origin }) => origin === "the program");
  const entryPaths = [...new Set([program.entry, ...entry.map(({ path }) => path)])];
  if (namespaces) refusePrivateGrants([...paths.read.allow, ...paths.write.allow]);
  const tree = resolvedTree(paths, entry, policy);
  refuseLinks(paths, tree);
  const files = programFiles(
    program.node,
    program.runtime.directory,
    (path) => !namespaces || tree.at(path).read || tree.at(path).write,
  );
  const hasScratch = namespaces && !tree.at(SCRATCH).read && !tree.at(SCRATCH).write;
  const scratch = scratchOf(askedScratch, program.mode, hasScratch);
  const unix = unixSockets(policy["net.unix"], tree, hasScratch);
  const inside = runtimePolicy(policy, paths, entryPaths, scratch, unix);
  const flags = walls.includes("runtime")
    ? permissionFlags(
        inside,
        program.node,
        nodeExtras(program, entryPaths, paths, inside, program.mode, systemPaths(policy, walls)),
      )
    : [];
  const bans = pathBans(paths, tree, walls);
  const filters = walls.includes("filters")
    ? filtersOf(policy, host, walls, program, tree, files, scratch, unix, bans)
    : null;
  const cell = JSON.stringify({
    version: 1,
    walls,
    mode: program.mode,
    policy: policyToPlain(inside),
    whole: wholeScopes(asked),
    system: systemMessage(policy, walls),
    limits: toldLimits(policy.limits, namespaces && (scratch.read || scratch.write)),
    ...(program.audit === undefined ? {} : { audit: auditMessage(program, entryPaths) }),
    packages: packageDirectories(entryPaths.map((path) => dirname(path))),
  });
  const { user = { uid: INSIDE_ID, gid: INSIDE_ID } } = program;
  const own = {
    scratch: scratchSize(policy.limits),
    uid: user.uid,
    gid: user.gid,
    user: systemUser(policy),
  };
  const standing = {
    walls,
    namespaces: namespaces
      ? {
          userNamespace: root ? ("after-mounts" as const) : ("before-mounts" as const),
          hostname: hostnameOf(policy),
          ownClock: hasOwnClock(policy, host),
          root: rootSteps(tree, paths.links, files, own, root, directory, systemFiles(policy)),
          staying: stayingPaths(paths, files),
        }
      : null,
    identity: { ...identityOf(host.identity, namespaces), insideUid: user.uid, insideGid: user.gid },
    filters,
  };
  // A supervisor that is the cell's user could not put the cell into a cgroup of the host's.
  const holder = standing.identity.supervisor === "cell" ? { ...host, cgroups: NO_CGROUPS } : host;
  const limits = limitSteps(policy, holder, walls, program.name);
  return {
    ...standing,
    properties: planProperties(policy, holder, standing),
    pins: pinsOf(paths, pinned, tree),
    recording: null,
    ...limits,
    rates: rateSteps(policy.limits, walls, program.countsBytes === true),
    where: endsByTime(policy.limits) ? stackAddresses(program.node.path) : null,
    environment: grantedEnvironment(policy, program.environment),
    message: cell,
    directory,
    program: program.node.path,
    arguments: [
      program.node.path,
      ...heapFlags(policy.limits),
      ...inspectFlags(policy, program.node, walls, program),
      ...flags,
      ...(policy.worker && filters !== null && !filters.mapAfterReady ? [NO_REMAPPING] : []),
      "--require",
      program.runtime.preload,
      ...(program.mode === "serve" ? [program.runtime.serve] : []),
      program.entry,
      ...program.args,
    ],
  };
}
