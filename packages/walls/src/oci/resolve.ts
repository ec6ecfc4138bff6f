// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { CordonError, decide, type Policy, type WallName } from "@cordon/policy";
import { noCgroup } from "../cgroup-steps.ts";
import type { Controller, Host } from "../host/index.ts";
import { jailPath } from "../host/index.ts";
import type { Plan } from "../plan.ts";
import { allWalls, type Program, resolvePlan } from "../resolve.ts";
import { type OciBundle, ociBundle } from "./bundle.ts";
import { ociIdentity } from "./identity.ts";
import { refuseBundle, refuseForContainer, refusePlan } from "./portable.ts";
import { hasOwnKernel, type OciRuntime } from "./runtimes.ts";

/** Which container a program is resolved for. */
export interface ContainerOptions {
  readonly runtime: OciRuntime;
  /** The bundle's directory, absolute. */
  readonly bundle: string;
  /** A number that tells this container from others on the host. */
  readonly cell: number;
  /** Whether `cordon run` starts it, and waits for its end. */
  readonly isRun: boolean;
  readonly walls?: readonly WallName[];
}

/** A program in its container: the plan as far as it carries over, and the bundle. */
export interface Container {
  readonly plan: Plan;
  readonly bundle: OciBundle;
}

// The longest string that execve(2) takes (MAX_ARG_STRLEN).
const LONGEST_VARIABLE = 131_072;

const SWAP = "/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes";

/**
 * Resolves a policy for one program in a container of an OCI runtime's.
 *
 * @param host where the bundle will be run: paths, identity and cgroups are this one's
 * @throws CordonError what `resolvePlan` throws, and for what does not carry over
 * @example
 * resolveContainer(policy, host, program, { runtime: "runsc", bundle: "/tmp/b", cell: 1, isRun: false }).bundle.config;
 */
export function resolveContainer(
  policy: Policy,
  host: Host,
  program: Program,
  { runtime, bundle, cell, isRun, walls = allWalls }: ContainerOptions,
): Container {
  refuseForContainer(policy, program, host.identity, { runtime, walls, isRun });
  if (host.arch === null)
    throw new CordonError("ERR_WALL_UNAVAILABLE", {
      wall: "filters",
      cause: "this processor is neither x86-64 nor arm64",
    });
  const identity = ociIdentity(runtime, host.identity, cell);
  const made = resolvePlan(withOwnLimits(policy), asContainer(host), { ...program, user: identity }, walls);
  refusePlan(made, runtime);
  const plan: Plan = {
    ...made,
    message: unsupervised(made.message),
    cgroup: noCgroup,
  };
  const data = ociBundle(plan, {
    identity,
    ownKernel: hasOwnKernel(runtime),
    limits: policy.limits,
    countsSwap: existsSync(SWAP) || host.cgroups.layout === "v2",
    filter: {
      arch: host.arch,
      children: policy.run.allow.length > 0,
      priority: decide(policy, { scope: "sys", name: "priority" }).granted,
    },
    jail: jailPath,
    bundle,
  });
  refuseBundle(data, plan, runtime, host.identity);
  return { plan, bundle: data };
}

/** Those that are no cgroup's: the runtime makes one for the others. */
function withOwnLimits(policy: Policy): Policy {
  const { memory, openFiles, scratch, wallTime } = policy.limits;
  return {
    ...policy,
    limits: {
      ...(memory === undefined ? {} : { memory }),
      ...(openFiles === undefined ? {} : { openFiles }),
      ...(scratch === undefined ? {} : { scratch }),
      ...(wallTime === undefined ? {} : { wallTime }),
    },
  };
}

/** Whether the namespaces and cgroups can be had is for the runtime to say: it refuses to start without them. */
function asContainer(host: Host): Host {
  const any: Controller = { version: 2, directory: "/", enable: false };
  return {
    ...host,
    userNamespaces: { ok: true },
    properties: host.properties.filter(({ name }) => name === "jail" || name === "architecture"),
    cgroups: { layout: "v2", controllers: { memory: any, pids: any, cpu: any }, missing: {} },
  };
}

/** What the preload is told, and that nobody listens to it. */
function unsupervised(message: string | null): string {
  const told: unknown = JSON.parse(message ?? "{}");
  const text = JSON.stringify({ ...(typeof told === "object" ? told : {}), supervisor: false });
  if (Buffer.byteLength(text) + 64 > LONGEST_VARIABLE)
    throw new CordonError("ERR_PLAN_TOO_LARGE", { path: "the policy", limit: "128 KiB of" });
  return text;
}
