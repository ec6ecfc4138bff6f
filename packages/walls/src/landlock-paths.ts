// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { CordonError } from "@cordon/policy";
import { type Access, type AccessTree, isWithin, type Mark } from "./access.ts";
import { fsRights } from "./landlock.ts";
import type { LandlockPlan } from "./plan.ts";
import type { ProgramFiles } from "./program-files.ts";
import { SCRATCH, type ScratchUse } from "./scratch.ts";

type PathRule = LandlockPlan["paths"][number];

// As many rules as the jail takes (PLAN_MAX_RULES); more would come from a directory with very many entries.
const MAX_RULES = 16_384;

type Loses = (inner: Access, outer: Access) => boolean;

const losesAny: Loses = (inner, outer) =>
  (outer.read && !inner.read) || (outer.write && !inner.write) || (outer.execute && !inner.execute);
/** What the mounts cannot hold: they hide, or forbid writing or executing, but what may be written can be read. */
const losesReadingAlone: Loses = (inner, outer) => outer.read && !inner.read && inner.write;

function rule(path: string, access: Access, directory: boolean, abi: number): PathRule[] {
  const rights = fsRights({ ...access, directory }, abi);
  return rights === 0 ? [] : [{ path, rights }];
}

/**
 * Rules add up along a path and cannot be taken back below it (landlock(7)). Where another wall holds what is denied,
 * a rule for the whole granted tree is enough. Otherwise a granted directory with a denial inside is spelt out: each
 * entry on the way to what is denied gets a rule of its own, the directories on that way get none. They cannot be
 * listed then, and what is made in them later is refused: narrower than the policy, never wider.
 */
function grantRules(tree: AccessTree, loses: Loses, abi: number): PathRule[] {
  const rules: PathRule[] = [];
  const walk = (path: string, directory: boolean, access: Access): void => {
    const below = tree.marks.filter((mark) => mark.path !== path && isWithin(mark.path, path));
    if (!below.some((mark) => loses(mark.access, access))) {
      rules.push(...rule(path, access, directory, abi));
      return;
    }
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      // A name that is no UTF-8 comes out changed: there is no writing it down, so it gets no rule.
      if (!entry.isSymbolicLink() && !entry.name.includes("\uFFFD"))
        walk(child, entry.isDirectory(), tree.at(child));
      if (rules.length > MAX_RULES)
        throw new CordonError("ERR_PLAN_TOO_LARGE", { path, limit: MAX_RULES }, { resource: path });
    }
  };
  const isTop = (mark: Mark): boolean => losesAny(mark.above, mark.access);
  for (const mark of tree.marks) if (isTop(mark)) walk(mark.path, mark.directory, mark.access);
  return rules;
}

/** Node ends at once if OpenSSL's configuration is there and cannot be read; without mounts it is there. */
function sharedConfiguration(): string[] {
  const places = ["/etc/ssl/openssl.cnf", "/usr/lib/ssl/openssl.cnf", "/usr/local/ssl/openssl.cnf"];
  return [...new Set(places.filter((place) => existsSync(place)).map((place) => realpathSync(place)))];
}

/** Rules for what a cell needs whatever its policy says: its own part of /proc, devices, its scratch, its /etc. */
function ownRules(namespaces: boolean, scratch: ScratchUse, abi: number): PathRule[] {
  const read = { read: true, write: false, execute: false, map: false };
  const both = { read: true, write: true, execute: false, map: false };
  const devices = ["null", "zero", "full", "random", "urandom"];
  return [
    ...devices.flatMap((name) => rule(`/dev/${name}`, name.endsWith("random") ? read : both, false, abi)),
    // In a pid namespace of its own, all of /proc is the cell's; otherwise the part of this one process.
    ...rule(namespaces ? "/proc" : "/proc/self", read, true, abi),
    ...rule(SCRATCH, { ...scratch, execute: false, map: false }, true, abi),
    ...(namespaces
      ? rule("/etc", read, true, abi)
      : sharedConfiguration().flatMap((path) => rule(path, read, false, abi))),
  ];
}

/** The path rules of a cell. */
export function landlockPaths(
  tree: AccessTree,
  files: ProgramFiles,
  own: { readonly namespaces: boolean; readonly scratch: ScratchUse; readonly readable?: readonly string[] },
  abi: number,
): readonly PathRule[] {
  const readable = (own.readable ?? []).flatMap((path) =>
    rule(path, { read: true, write: false, execute: false, map: false }, false, abi),
  );
  const program = files.mounts.flatMap(({ target, use, directory }) =>
    rule(target, { read: true, write: false, execute: use === "execute", map: false }, directory, abi),
  );
  const granted = grantRules(tree, own.namespaces ? losesReadingAlone : losesAny, abi);
  return [...program, ...ownRules(own.namespaces, own.scratch, abi), ...readable, ...granted];
}
