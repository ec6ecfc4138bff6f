// SPDX-License-Identifier: Apache-2.0
import { decide } from "../decide.ts";
import { normalisePath } from "../paths.ts";
import { parseEndpoints } from "../net-values.ts";
import type { AccessRequest, Policy } from "../types.ts";
import type { LearntRule } from "./types.ts";

/** What a policy says already of a learnt rule. */
export type Standing = "granted" | "denied" | "missing";

/** Whether a policy grants what a rule would, or denies it in words, so that no further grant of it can help. */
export function standingOf(rule: LearntRule, policy: Policy, directory: string): Standing {
  const decisions = requestsOf(rule, directory).map((request) => decide(policy, request));
  if (decisions.every(({ granted }) => granted)) return "granted";
  return decisions.some((decision) => !decision.granted && decision.rule !== undefined)
    ? "denied"
    : "missing";
}

function requestsOf({ scope, value }: LearntRule, directory: string): readonly AccessRequest[] {
  switch (scope) {
    case "net.connect":
    case "net.listen":
      return parseEndpoints(scope, value, "allow", "").flatMap(({ protocol, host, ports }) => {
        const address = host.kind === "name" ? host.name : host.kind === "cidr" ? host.address : "0.0.0.0";
        return [ports.from, ports.to].map((port) => ({ scope, protocol, address, port }));
      });
    case "env":
    case "sys":
      return [{ scope, name: value }];
    case "run":
      return [{ scope, program: value.includes("/") ? normalisePath(value, directory) : value }];
    case "worker":
    case "wasi":
    case "ffi":
    case "inspector":
      return [{ scope }];
    default:
      return [{ scope, path: normalisePath(value, directory) }];
  }
}
