// SPDX-License-Identifier: Apache-2.0
import { resolve } from "node:path";
import { type AccessRequest, type Decision, decide, type Policy, type Scope } from "@cordon/policy";
import { findExecutable, type Hold, holdsOf, type Plan, policyInside, resolveLinks } from "@cordon/walls";

/** What is known when questions are answered. */
export interface Ground {
  /** As it was written, with the origin of each rule. */
  readonly policy: Policy;
  readonly plan: Plan;
  readonly nodeVersion: string;
  readonly searchPath: string;
}

/** May the program do that, by which rule, held by which wall? */
export interface Answer {
  readonly scope: Scope;
  readonly asked: string;
  /** What was decided on: links followed, names of programs looked up. */
  readonly resource: string;
  readonly granted: boolean;
  /** Where the rule that decided was written; absent where none covers it. */
  readonly rule?: string;
  readonly walls: readonly Hold[];
  /** The grant that would help; empty where none would. */
  readonly grant?: string;
  readonly reason?: string;
}

/** Answers one question from a plan: what every wall lets through is granted. */
export function answer(request: AccessRequest, ground: Ground): Answer {
  const { plan, nodeVersion } = ground;
  const real = followed(request, ground.searchPath);
  const inside = decide(policyInside(plan), real);
  const holds = holdsOf(plan, real, nodeVersion);
  const granted = holds.every(({ passes }) => passes);
  // A wall that lets through what another refuses holds nothing of the refusal.
  const walls = granted
    ? holds
    : holds.map((hold) => (hold.passes ? { ...hold, level: "none" as const } : hold));
  const written = decisionsOf(ground.policy, request, real).find(
    (each) => each.granted === inside.granted && each.rule !== undefined,
  );
  const rule = written?.rule ?? ruleWithoutOrigin(real, inside, granted, plan);
  const base = {
    scope: request.scope,
    asked: subjectOf(request),
    resource: subjectOf(real),
    granted,
    ...(rule === undefined ? {} : { rule }),
    walls,
  };
  if (granted) return base;
  if (!inside.granted) {
    const { grant, reason } = written?.granted === false ? written.denial : inside.denial;
    return { ...base, grant, ...(reason === undefined ? {} : { reason }) };
  }
  const holding = holds.filter(({ passes }) => !passes).map(({ by }) => by);
  return { ...base, grant: "", reason: `the rule grants it, and a wall does not: ${holding.join("; ")}` };
}

/** What the rules are decided on: links are followed, and a program is looked up. */
function followed(request: AccessRequest, searchPath: string): AccessRequest {
  switch (request.scope) {
    case "fs.read":
    case "fs.write":
    case "addon":
    case "net.unix":
      return { ...request, path: realPath(request.path) };
    case "run": {
      const found = findExecutable(request.program, searchPath);
      return found === undefined ? request : { scope: "run", program: realPath(found) };
    }
    default:
      return request;
  }
}

function realPath(path: string): string {
  try {
    return resolveLinks(resolve(path)).real;
  } catch {
    return path; // too many links: nothing will ever open it
  }
}

/** By the rules as they were written, with their origins; the plan's own have forgotten where they came from. */
function decisionsOf(policy: Policy, asked: AccessRequest, real: AccessRequest): readonly Decision[] {
  return [decide(policy, real), decide(policy, asked)];
}

function ruleWithoutOrigin(
  real: AccessRequest,
  inside: Decision,
  granted: boolean,
  plan: Plan,
): string | undefined {
  if (granted && !inside.granted) return "every cell has it";
  if (!inside.granted) return inside.rule;
  return "path" in real && plan.arguments.includes(real.path) ? "the program itself" : inside.rule;
}

/** What a request is about, as a question writes it after the scope. */
export function subjectOf(request: AccessRequest): string {
  switch (request.scope) {
    case "fs.read":
    case "fs.write":
    case "addon":
    case "net.unix":
      return request.path;
    case "net.connect":
    case "net.listen": {
      const { protocol, address, port } = request;
      const host = address.includes(":") ? `[${address}]` : address;
      return `${protocol}://${host}${port === undefined ? "" : `:${port}`}`;
    }
    case "env":
    case "sys":
      return request.name;
    case "run":
      return request.program;
    default:
      return "";
  }
}
