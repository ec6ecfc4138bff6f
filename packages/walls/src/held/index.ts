// SPDX-License-Identifier: Apache-2.0
import {
  type AccessRequest,
  type Decision,
  decide,
  type PlainPolicy,
  type Policy,
  policyFromPlain,
} from "@cordon/policy";
import type { Plan } from "../plan.ts";
import { filtersHold, mountsHold, unseen } from "./files.ts";
import { closed, type Hold, open } from "./hold.ts";
import { machineHolds } from "./machine.ts";
import { networkHolds } from "./network.ts";
import { runtimeHold } from "./runtime.ts";
import { socketHolds } from "./sockets.ts";

export type { Hold, Holder } from "./hold.ts";

/**
 * What each wall of a plan does about one access, from the plan alone: its mounts, its Landlock and broker rules, Node's
 * flags and what the preload is told. The access is let through if every wall lets it through.
 *
 * @param request with real paths: links are followed by whoever asks
 * @param version of the Node that the plan is for
 * @example
 * holdsOf(plan, { scope: "fs.read", path: "/srv/app/.env" }, "24.21.0")[0];
 * // { wall: "namespaces", passes: false, level: "full", by: "masked at /srv/app/.env" }
 */
export function holdsOf(plan: Plan, request: AccessRequest, version: string): readonly Hold[] {
  const policy = policyInside(plan);
  const decision = decide(policy, request);
  return [...kernelHolds(plan, decision, request), runtimeHold(plan, policy, request, version)];
}

/** The policy that a plan hands to the preload: on the paths as they were written, and where they lead. */
export function policyInside(plan: Plan): Policy {
  const { policy = {} } = JSON.parse(plan.message ?? "{}") as { readonly policy?: PlainPolicy };
  return policyFromPlain(policy);
}

function kernelHolds(plan: Plan, decision: Decision, request: AccessRequest): readonly Hold[] {
  switch (request.scope) {
    case "fs.read":
      return [
        mountsHold(plan, request.path, "read", decision.granted),
        filtersHold(plan, request.path, "read"),
      ];
    case "fs.write":
      return [
        mountsHold(plan, request.path, "write", decision.granted),
        filtersHold(plan, request.path, "write"),
      ];
    case "addon":
      return [
        mountsHold(plan, request.path, "map", decision.granted),
        filtersHold(plan, request.path, "map"),
      ];
    case "run":
      if (!request.program.startsWith("/")) return unknownProgram(plan);
      return [
        mountsHold(plan, request.program, "execute", decision.granted),
        filtersHold(plan, request.program, "execute"),
      ];
    case "net.connect":
    case "net.listen":
      return networkHolds(plan, request);
    case "net.unix":
      return socketHolds(plan, request.path);
    case "env":
      return [environmentHold(plan, decision, request.name), ...unseen(plan, NO_ENVIRONMENT)];
    case "sys":
      return machineHolds(plan, request.name, decision.granted);
    case "worker":
      return unseen(plan, {
        namespaces: "a thread has the walls of its process",
        filters: "cannot tell a worker from the threads that Node needs",
      });
    case "wasi":
    case "inspector":
      return unseen(plan, {
        namespaces: "not seen; what it opens meets the mounts",
        filters: "not seen; what it opens meets Landlock and the broker",
      });
    case "ffi":
      return [
        ...unseen(plan, {
          namespaces: "a library is mapped from an executable mount, or not at all",
          filters: "",
        }).slice(0, 1),
        filtersHold(plan, "/", "map"),
      ];
  }
}

const NO_ENVIRONMENT = { namespaces: "sees no variables", filters: "sees no variables" };

function environmentHold(plan: Plan, decision: Decision, name: string): Hold {
  if (Object.hasOwn(plan.environment, name)) return open("start", "full", "the program starts with it");
  if (decision.granted) return open("start", "full", "granted, and not set here");
  return closed("start", "the program starts without it");
}

function unknownProgram(plan: Plan): readonly Hold[] {
  const why = "no such program is on PATH";
  return unseen(plan, { namespaces: why, filters: why });
}
