// SPDX-License-Identifier: Apache-2.0
import { isWithin } from "../access.ts";
import { landlockFsRights, landlockRightNames } from "../landlock.ts";
import type { PathBan, Plan } from "../plan.ts";
import { absent, blind, closed, type Hold, open } from "./hold.ts";
import { placeOf } from "./root.ts";

/** What is asked of a file by the walls of the kernel. */
export type FileUse = "read" | "write" | "execute" | "map";

/**
 * What the mounts say of a real path.
 *
 * @param isGranted whether the policy grants it: then something of the cell's own is what is meant
 */
export function mountsHold(plan: Plan, path: string, use: FileUse, isGranted: boolean): Hold {
  const wall = "namespaces";
  if (plan.namespaces === null) return absent(wall);
  const place = placeOf(plan, path);
  switch (place.kind) {
    case "nothing":
      return closed(wall, "not mounted: it does not exist in the cell");
    case "masked":
      return closed(wall, `masked at ${place.at}`);
    case "own":
      return ownHold(place.what, isGranted && (use === "read" || (use === "write" && place.write)));
    case "mount": {
      const how = `mounted ${place.write ? "for writing" : "read-only"}${place.execute ? ", executable" : ", noexec"} at ${place.at}`;
      const isLet = use === "read" || (use === "write" ? place.write : place.execute);
      return isLet ? open(wall, "full", how) : closed(wall, how);
    }
  }
}

function ownHold(what: string, isLet: boolean): Hold {
  const by = `${what}; the host's is not there`;
  return isLet ? open("namespaces", "full", by) : closed("namespaces", by);
}

const NEEDED: Readonly<Record<Exclude<FileUse, "map">, readonly string[]>> = {
  read: ["read_file", "read_dir"],
  write: ["write_file", "make_reg"],
  execute: ["execute"],
};

/** What Landlock and the supervisor say of a real path. */
export function filtersHold(plan: Plan, path: string, use: FileUse): Hold {
  const wall = "filters";
  const { filters } = plan;
  if (filters === null) return absent(wall);
  if (use === "map") {
    return filters.mapAfterReady
      ? open(
          wall,
          "partial",
          "executable mappings of files go on when the runtime is ready; of which is for the mounts",
        )
      : closed(wall, "executable mappings of files end when the runtime is ready");
  }
  if (use === "execute" && !filters.executeAfterReady) {
    return closed(wall, "execve ends when the runtime is ready");
  }
  const ban = banOn(filters.bans, path);
  if (ban !== undefined && (ban.ban === "all" || (ban.ban === "write" && use === "write")))
    return closed(wall, `the supervisor: ${ban.path}${ban.prefix ? "*" : ""} is denied, made or not`);
  const covering = filters.landlock.paths.filter((rule) => isWithin(path, rule.path));
  const rights = covering.reduce((sum, rule) => sum | rule.rights, 0);
  const names = landlockRightNames(landlockFsRights, rights);
  const isLet = NEEDED[use].some((name) => names.includes(name));
  if (!isLet) {
    const level = use === "read" ? "partial" : "full";
    return closed(wall, `no Landlock rule to ${use} it${use === "read" ? "; stat is not seen" : ""}`, level);
  }
  const nearest = covering.filter((rule) => (rule.rights & rightsOf(use)) !== 0).map((rule) => rule.path);
  const at = nearest.reduce((longest, each) => (each.length > longest.length ? each : longest), "");
  // Landlock has no right for stat, and cannot deny below what it allows (landlock(7)).
  return open(
    wall,
    use === "read" ? "partial" : "full",
    `Landlock lets ${use} below ${at}${use === "read" ? "; stat is not seen" : ""}`,
  );
}

/** The most specific one decides; a name is more specific than how it begins. */
function banOn(bans: readonly PathBan[], path: string): PathBan | undefined {
  const weight = (ban: PathBan): number => ban.path.length * 2 + (ban.prefix ? 0 : 1);
  return bans
    .filter((ban) => (ban.prefix ? path.startsWith(ban.path) : isWithin(path, ban.path)))
    .reduce<PathBan | undefined>(
      (best, each) => (best && weight(best) > weight(each) ? best : each),
      undefined,
    );
}

function rightsOf(use: Exclude<FileUse, "map">): number {
  return landlockFsRights
    .filter(({ name }) => NEEDED[use].includes(name))
    .reduce((sum, { bit }) => sum | (1 << bit), 0);
}

/** For what only the runtime can tell apart. */
export function unseen(
  plan: Plan,
  why: { readonly namespaces: string; readonly filters: string },
): readonly Hold[] {
  return [
    plan.namespaces === null ? absent("namespaces") : blind("namespaces", why.namespaces),
    plan.filters === null ? absent("filters") : blind("filters", why.filters),
  ];
}
