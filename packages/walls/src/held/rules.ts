// SPDX-License-Identifier: Apache-2.0
import {
  type AccessRequest,
  allScopes,
  type NameRule,
  type NetRule,
  type PathRule,
  type Policy,
  type RunRule,
  ruleValue,
  type Scope,
} from "@cordon/policy";
import { resolveLinks } from "../links.ts";
import { findExecutable, type PathRules, type ResolvedRule, resolvePaths } from "../paths.ts";
import type { Plan } from "../plan.ts";
import { SCRATCH } from "../scratch.ts";
import type { Hold } from "./hold.ts";
import { holdsOf } from "./index.ts";

/** One rule of a policy, and which walls of a plan enforce it. */
export interface ExplainedRule {
  readonly scope: Scope;
  readonly effect: "allow" | "deny";
  /** As a flag or a file writes it; empty for a scope without values. */
  readonly value: string;
  readonly origin: string;
  /** The access that stands for the rule: its own path, the first address of its network, … */
  readonly example: AccessRequest | null;
  readonly walls: readonly Hold[];
}

type AnyRule = PathRule | NetRule | NameRule | RunRule;

/**
 * Says of each rule of a policy how far each wall of a plan holds it. A wall that lets through what a rule denies holds
 * nothing of it.
 *
 * @param searchPath the PATH in which the names of `run` are looked up
 * @param version of the Node that the plan is for
 */
export function explainRules(
  policy: Policy,
  plan: Plan,
  searchPath: string,
  version: string,
): readonly ExplainedRule[] {
  const examples = exampleMaker(policy, searchPath);
  return allScopes().flatMap((scope): ExplainedRule[] => {
    if (scope === "worker" || scope === "wasi" || scope === "ffi" || scope === "inspector") {
      if (!policy[scope]) return [];
      const example = { scope };
      return [
        {
          scope,
          effect: "allow",
          value: "",
          origin: `--allow-${scope}`,
          example,
          walls: holdsOf(plan, example, version),
        },
      ];
    }
    return (["allow", "deny"] as const).flatMap((effect) =>
      policy[scope][effect].map((rule: AnyRule): ExplainedRule => {
        const example = examples(scope, effect, rule);
        const holds = example === undefined ? [] : holdsOf(plan, example, version);
        const walls =
          effect === "allow"
            ? holds
            : holds.map((hold) => (hold.passes ? { ...hold, level: "none" as const } : hold));
        return {
          scope,
          effect,
          value: ruleValue(effect, rule),
          origin: rule.origin,
          example: example ?? null,
          walls,
        };
      }),
    );
  });
}

type ListScope = Exclude<Scope, "worker" | "wasi" | "ffi" | "inspector">;

function exampleMaker(
  policy: Policy,
  searchPath: string,
): (scope: ListScope, effect: "allow" | "deny", rule: AnyRule) => AccessRequest | undefined {
  const paths = resolvePaths(policy, searchPath);
  const lists: Partial<Record<Scope, PathRules>> = {
    "fs.read": paths.read,
    "fs.write": paths.write,
    run: paths.run,
    addon: paths.addon,
  };
  /** What a rule names on this host: of the entries of a `*` the first. */
  const real = (scope: ListScope, effect: "allow" | "deny", rule: AnyRule): string | undefined =>
    (lists[scope]?.[effect] ?? []).find((each: ResolvedRule) => each.origin === rule.origin)?.path;

  return (scope, effect, rule) => {
    switch (scope) {
      case "fs.read":
      case "fs.write":
      case "addon": {
        const path = "path" in rule && rule.path === SCRATCH ? SCRATCH : real(scope, effect, rule);
        return path === undefined ? undefined : { scope, path };
      }
      case "net.unix":
        return "path" in rule ? { scope, path: socketOf(rule.path) } : undefined;
      case "run": {
        const found = real(scope, effect, rule);
        // For any program, a shell stands.
        const program = found === "/" ? findExecutable("sh", searchPath) : found;
        return program === undefined ? undefined : { scope, program };
      }
      case "env":
      case "sys": {
        if (!("pattern" in rule)) return undefined;
        const everything = scope === "env" ? "PATH" : "hostname";
        return { scope, name: rule.pattern === "*" ? everything : rule.pattern.replace(/\*$/, "") };
      }
      default:
        return "host" in rule ? { scope, ...endpointOf(rule) } : undefined;
    }
  };
}

/** For a directory the directory, for what starts so the start; where its links lead. */
function socketOf(path: string): string {
  return resolveLinks(path.replace(/\*$/, "")).real;
}

// Of the ranges that `public` and `*` stand for, one that will never be anybody's own network.
const ANYBODY = "1.1.1.1";

type Endpoint = Pick<Extract<AccessRequest, { readonly address: string }>, "protocol" | "address" | "port">;

function endpointOf({ protocol, host, ports }: NetRule): Endpoint {
  const port = ports.from === 0 && ports.to === 65_535 ? {} : { port: ports.from };
  switch (host.kind) {
    case "cidr":
      return { protocol, address: host.address, ...port };
    case "name":
      return { protocol, address: host.name === "localhost" ? "127.0.0.1" : host.name, ...port };
    case "suffix":
      return { protocol, address: `www.${host.suffix}`, ...port };
    case "any":
    case "public":
      return { protocol, address: ANYBODY, ...port };
  }
}
