// SPDX-License-Identifier: Apache-2.0
import { type PathRule, type Policy, pathSpecificity, type RunRule } from "@cordon/policy";
import type { PathRules, ResolvedPaths, ResolvedRule } from "./paths.ts";
import type { UnixPlan } from "./plan.ts";
import { SCRATCH, type ScratchUse } from "./scratch.ts";

const rule = (path: string, origin: string): PathRule => ({ path, optional: true, origin });
const program = ({ path, origin }: ResolvedRule): RunRule => ({ program: path, optional: true, origin });

const sockets = ({ rules, aliases }: UnixPlan, allow: boolean): PathRule[] =>
  // Without links in what was written there is nothing to add.
  (aliases.length === 0 ? [] : rules)
    .filter((each) => each.allow === allow)
    .map(({ path, covers }) => rule(covers === "prefix" ? `${path}*` : path, ""));

/** The policy as the runtime decides by it: on the paths that were written and on those that they lead to. */
export function runtimePolicy(
  policy: Policy,
  paths: ResolvedPaths,
  entry: readonly string[],
  scratch: ScratchUse,
  unix: UnixPlan,
): Policy {
  const both = (written: readonly PathRule[], resolved: readonly ResolvedRule[]): PathRule[] => {
    const known = new Set<string>();
    // What a star stands for is said by the star: written out, each entry would outweigh what is more specific than it.
    const isSaid = ({ path, weight }: ResolvedRule): boolean =>
      weight < pathSpecificity(path) && stars.some((start) => path.startsWith(start));
    const stars = written.filter(({ path }) => path.endsWith("*")).map(({ path }) => path.slice(0, -1));
    const further = resolved
      .filter((each) => !isSaid(each))
      .map(({ path, prefix, origin }) => rule(prefix === true ? `${path}*` : path, origin));
    return [...written, ...further].filter(({ path }) => !known.has(path) && known.add(path));
  };
  const own = (granted: boolean): PathRule[] => (granted ? [rule(SCRATCH, "the cell's own /tmp")] : []);
  const join = (
    scope: "fs.read" | "fs.write" | "addon",
    resolved: PathRules,
    extra: readonly PathRule[],
  ): Policy["fs.read"] => ({
    allow: [...both(policy[scope].allow, resolved.allow), ...extra],
    deny: both(policy[scope].deny, resolved.deny),
  });
  return {
    ...policy,
    "fs.read": join("fs.read", paths.read, [
      ...own(scratch.read),
      ...entry.map((path) => rule(path, "the program")),
    ]),
    "fs.write": join("fs.write", paths.write, own(scratch.write)),
    "net.unix": {
      allow: [...policy["net.unix"].allow, ...sockets(unix, true)],
      deny: [...policy["net.unix"].deny, ...sockets(unix, false)],
    },
    addon: join("addon", paths.addon, []),
    run: {
      allow: [...policy.run.allow, ...paths.run.allow.filter(({ path }) => path !== "/").map(program)],
      deny: [...policy.run.deny, ...paths.run.deny.map(program)],
    },
  };
}
