// SPDX-License-Identifier: Apache-2.0
import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  CordonError,
  decide,
  type Drop,
  narrowPolicy,
  type PathScope,
  pathCovers,
  type Policy,
} from "@cordon/policy";
import {
  encodeLine,
  encodeName,
  encodeRule,
  nameSteps,
  networkSteps,
  NO_REMAPPING,
  type Plan,
  type RootStep,
  type StayingPaths,
} from "@cordon/walls";

/** What a running cell is narrowed by: lines for the supervisor. */
export type NarrowLines = readonly string[];

type Verb = "hide" | "read-only" | "no-exec";

interface Place {
  readonly path: string;
  readonly write: boolean;
  readonly execute: boolean;
}

const SCRATCH = "/tmp";

/**
 * What the supervisor has to do so that a drop is held from outside. What is read off the plan are the mounts with
 * which the cell began; what has been done since makes them fewer or less, never more.
 *
 * @param policy what is granted before the drop
 * @param plan with which the cell was started
 * @throws CordonError `ERR_DROP_NOT_ENFORCEABLE` where the walls that stand cannot hold it: nothing is reported done then
 */
export function narrowLines(plan: Plan, policy: Policy, drop: Drop): NarrowLines {
  switch (drop.scope) {
    case "fs.read":
      return fileLines(plan, policy, drop.scope, drop.rule.path, "hide");
    case "fs.write":
      return fileLines(plan, policy, drop.scope, drop.rule.path, "read-only");
    case "net.connect":
    case "net.listen":
      return networkLines(plan, narrowPolicy(policy, drop));
    case "run":
      return codeLines(plan, policy, drop, drop.scope, drop.rule.program);
    case "addon":
      return codeLines(plan, policy, drop, drop.scope, drop.rule.path);
    case "net.unix":
      return unixLines(plan, drop.rule.path);
    case "env":
      requireRuntime(plan, drop.scope);
      return [encodeLine("environment", drop.rule.pattern)];
    default:
      requireRuntime(plan, drop.scope);
      return [];
  }
}

function requireRuntime(plan: Plan, scope: string): void {
  if (!plan.walls.includes("runtime"))
    throw notEnforceable(scope, "only the runtime's wall holds this scope, and it was taken away");
}

/** All rules of what is left, in the place of those that are there: a single denial could be outweighed by a grant. */
function networkLines(plan: Plan, after: Policy): NarrowLines {
  if (plan.filters === null) return [];
  const names = plan.filters.names === null ? [] : nameSteps(after["net.connect"]);
  return ["network", ...networkSteps(after).map(encodeRule), ...names.map(encodeName)];
}

/** Denials that go before all else that is said of unix sockets. */
function unixLines(plan: Plan, path: string): NarrowLines {
  if (plan.filters === null) return [];
  const isPrefix = path.endsWith("*");
  return [
    encodeLine("unix", "deny", isPrefix ? "prefix" : "below", isPrefix ? path.slice(0, -1) : path, "host"),
  ];
}

function notEnforceable(scope: string, why: string): CordonError {
  return new CordonError("ERR_DROP_NOT_ENFORCEABLE", { scope, why });
}

/** Whether anything at a path or below it is granted. */
function isGranted(policy: Policy, scope: PathScope, path: string): boolean {
  return (
    policy[scope].allow.some((rule) => pathCovers(path, rule.path)) || decide(policy, { scope, path }).granted
  );
}

function fileLines(
  plan: Plan,
  policy: Policy,
  scope: "fs.read" | "fs.write",
  path: string,
  verb: Verb,
): NarrowLines {
  if (!isGranted(policy, scope, path)) return [];
  if (plan.namespaces === null) {
    requireNoNativeCode(plan, policy, scope);
    return [];
  }
  const { own } = plan.namespaces.staying;
  const code = codePaths(plan.namespaces.staying, policy);
  const matters = (place: Place): boolean =>
    isGranted(policy, scope, place.path) && !code.some((kept) => pathCovers(kept, place.path));
  const mounted = placesOf(plan);
  const places = [...new Set(expand(path).flatMap((one) => placesFor(mounted, one, matters)))];
  const kept = verb === "hide" && places.length > 0 ? [...own, ...code] : [];
  return [...places.map((place) => encodeLine(verb, place)), ...kept.map((one) => encodeLine("keep", one))];
}

/** What the grants of `run` and `addon` bring along stays as long as they do. */
function codePaths({ run, addon }: StayingPaths, policy: Policy): readonly string[] {
  return [...(policy.run.allow.length > 0 ? run : []), ...(policy.addon.allow.length > 0 ? addon : [])];
}

/** A `*` at the end stands for the entries that are there now, as in a policy for those that are there at the start. */
function expand(path: string): readonly string[] {
  if (!path.endsWith("*")) return [path];
  const parent = dirname(path);
  const prefix = basename(path).slice(0, -1);
  try {
    const names = readdirSync(parent).filter((name) => name.startsWith(prefix));
    return names.map((name) => realpathSync(join(parent, name)));
  } catch {
    throw notEnforceable("fs", `the entries of ${parent} cannot be listed`);
  }
}

/** Landlock's rules cannot be narrowed from outside: without mounts, only the runtime is left to hold a drop. */
function requireNoNativeCode(plan: Plan, policy: Policy, scope: string): void {
  const why = "without the namespaces' wall only the runtime can hold it";
  if (!plan.walls.includes("runtime")) throw notEnforceable(scope, `${why}, and it was taken away too`);
  if (policy.run.allow.length > 0)
    throw notEnforceable(scope, `${why}, and it does not see what \`run\` starts`);
  if (policy.addon.allow.length > 0 || policy.ffi)
    throw notEnforceable(scope, `${why}, and it does not see what native code does`);
}

/** The grants as they are mounted, and the cell's own /tmp. */
function placesOf({ namespaces }: Plan): readonly Place[] {
  const own = new Set(namespaces?.staying.own);
  return (namespaces?.root ?? []).flatMap((step) => placeOf(step, own));
}

function placeOf(step: RootStep, own: ReadonlySet<string>): Place[] {
  if (step.step === "mount" && !own.has(step.target)) return [{ path: step.target, ...step.use }];
  const isScratch = step.step === "tmpfs" && step.target === SCRATCH;
  return isScratch ? [{ path: SCRATCH, write: true, execute: false }] : [];
}

/** Where something has to be put: at the path itself if a mount has it, otherwise at each mount below it. */
function placesFor(
  places: readonly Place[],
  path: string,
  matters: (place: Place) => boolean,
): readonly string[] {
  if (places.some((place) => pathCovers(place.path, path))) return [path];
  const inside = places.filter((place) => pathCovers(path, place.path) && matters(place));
  const isOutermost = (place: Place): boolean =>
    !inside.some((other) => other !== place && pathCovers(other.path, place.path));
  return inside.filter(isOutermost).map((place) => place.path);
}

function codeLines(
  plan: Plan,
  policy: Policy,
  drop: Drop,
  scope: "run" | "addon",
  value: string,
): NarrowLines {
  const after = narrowPolicy(policy, drop);
  const ended = after[scope].allow.length === 0;
  if (policy[scope].allow.length === 0) return [];
  if (plan.namespaces === null && !ended)
    throw notEnforceable(scope, "without the namespaces' wall it can be given up as a whole alone");
  const lines: string[] = [];
  if (after.run.allow.length === 0) lines.push("exec");
  if (after.run.allow.length === 0 && after.addon.allow.length === 0 && !needsMapping(plan, after))
    lines.push("map");
  if (plan.namespaces === null) return lines;
  const { staying } = plan.namespaces;
  const other = scope === "run" ? "addon" : "run";
  const others = after[other].allow.length > 0 ? staying[other] : [];
  const isOthers = (path: string): boolean => others.some((kept) => pathCovers(kept, path));
  const given = ended ? staying[scope] : [value].filter((path) => path.startsWith("/"));
  const executable = placesOf(plan).filter(({ execute }) => execute);
  const found = given
    .filter((path) => !isOthers(path))
    .flatMap((path) => placesFor(executable, path, () => true));
  const everything = ended && others.length === 0 && executable.some(({ path }) => path === "/");
  const steps = everything ? ["/"] : [...new Set(found)];
  const kept = steps.length > 0 ? [...staying.own, ...others] : [];
  // What was readable for the sake of being run alone is so no more.
  const verb = (path: string): Verb =>
    ended && !isGranted(after, "fs.read", path) && !others.some((kept) => pathCovers(path, kept))
      ? "hide"
      : "no-exec";
  return [
    ...lines,
    ...steps.map((path) => encodeLine(verb(path), path)),
    ...kept.map((path) => encodeLine("keep", path)),
  ];
}

/** A worker maps V8's built-ins anew from Node's own file, unless Node was started so that it need not. */
function needsMapping(plan: Plan, policy: Policy): boolean {
  return policy.worker && !plan.arguments.includes(NO_REMAPPING);
}
