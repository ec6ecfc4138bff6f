// SPDX-License-Identifier: Apache-2.0
import { dirname } from "node:path";
import { CordonError, type WallName } from "@cordon/policy";
import type { AccessTree } from "./access.ts";
import type { PathRules, ResolvedPaths, ResolvedRule } from "./paths.ts";
import type { PathBan } from "./plan.ts";

// A path that a denied pattern covers and nothing else is likely to name.
const ANY_NAME = "\u{1}";

function banOf(rule: ResolvedRule, tree: AccessTree): PathBan["ban"] {
  const path = rule.prefix === true ? rule.path + ANY_NAME : rule.path;
  const access = tree.at(path);
  const above = tree.at(dirname(path));
  if (above.read && !access.read) return "all";
  if (above.write && !access.write) return access.read ? "write" : "all";
  return "nothing";
}

const weightless = ({ path, prefix }: PathBan): string => `${path}\0${prefix}`;

/**
 * What is denied inside a granted directory without being there, or by how its name begins. A mount needs something to
 * stand on and a Landlock rule something to name: the supervisor holds these, and nothing that exists already.
 *
 * @throws CordonError `ERR_DENY_MISSING_PATH` without the filters' wall, which hands the calls over
 */
export function pathBans(
  paths: Pick<ResolvedPaths, "read" | "write">,
  tree: AccessTree,
  walls: readonly WallName[],
): readonly PathBan[] {
  const sides: readonly PathRules[] = [paths.read, paths.write];
  const bans = new Map<string, PathBan>();
  for (const rule of sides.flatMap(({ deny }) => deny)) {
    const ban = rule.missing ? banOf(rule, tree) : "nothing";
    if (ban === "nothing") continue;
    if (!walls.includes("filters")) {
      const values = { origin: rule.origin, path: rule.prefix === true ? `${rule.path}*` : rule.path };
      throw new CordonError("ERR_DENY_MISSING_PATH", values, { resource: values.path });
    }
    const entry: PathBan = { path: rule.path, prefix: rule.prefix === true, ban };
    const known = bans.get(weightless(entry));
    if (known?.ban !== "all") bans.set(weightless(entry), entry);
  }
  if (bans.size === 0) return [];
  // What a denied pattern covers and a more specific rule grants.
  for (const rule of sides.flatMap(({ allow }) => allow)) {
    const isCovered = [...bans.values()].some(({ path, prefix }) => prefix && rule.path.startsWith(path));
    const access = tree.at(rule.path);
    const entry: PathBan = { path: rule.path, prefix: false, ban: "nothing" };
    if (isCovered && access.read && !bans.has(weightless(entry))) bans.set(weightless(entry), entry);
  }
  return [...bans.values()];
}
