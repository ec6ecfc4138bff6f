// SPDX-License-Identifier: Apache-2.0
import { sep } from "node:path";
import { CordonError } from "@cordon/policy";
import type { PathRules, ResolvedRule } from "./paths.ts";

/** What may be done with a path and, if it is a directory, with all below it. */
export interface Access {
  readonly read: boolean;
  readonly write: boolean;
  /** Start it as a program. */
  readonly execute: boolean;
  /** Map it as code: a library or an addon. */
  readonly map: boolean;
}

export type AccessKind = keyof Access;

/** Real paths at which access changes, from the root down. */
export interface AccessTree {
  /** Every path that a rule names, parents before children. */
  readonly marks: readonly Mark[];
  /** What the rules say of any real path. */
  at(path: string): Access;
}

export interface Mark {
  readonly path: string;
  readonly directory: boolean;
  readonly access: Access;
  /** What holds for the directory that it is in. */
  readonly above: Access;
  /** Whether it is a file whose contents are pinned. */
  readonly pinned: boolean;
}

const nothing: Access = Object.freeze({ read: false, write: false, execute: false, map: false });

/** Whether `path` is `directory` or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === sep ? sep : directory + sep);
}

function covers(rule: ResolvedRule, path: string): boolean {
  return rule.prefix === true ? path.startsWith(rule.path) : isWithin(path, rule.path);
}

/** How specific the most specific of the rules for a path is; -1 if none covers it. */
function heaviest(rules: readonly ResolvedRule[], path: string): number {
  return rules.reduce((most, rule) => (covers(rule, path) ? Math.max(most, rule.weight) : most), -1);
}

/** The most specific rule decides; a denial wins a tie. */
function allows(rules: PathRules, path: string): boolean {
  return heaviest(rules.allow, path) > heaviest(rules.deny, path);
}

/**
 * No mount is writable and unreadable. Where reading is denied by a rule more specific than the one that grants
 * writing, the walls refuse both: narrower than the policy, never wider.
 */
function allowsWriting(read: PathRules, write: PathRules, path: string): boolean {
  if (!allows(write, path)) return false;
  return allows(read, path) || heaviest(write.allow, path) >= heaviest(read.deny, path);
}

/**
 * What a rule lets a program run it may not write, or the grant of one file would be a grant of any code. Where
 * everything may be run (`run: *`) there is nothing left to replace.
 */
function isPinned(rules: PathRules, path: string): boolean {
  return allows({ ...rules, allow: rules.allow.filter((rule) => rule.path !== sep) }, path);
}

const parent = (path: string): string => path.slice(0, Math.max(path.lastIndexOf(sep), 1));

// Nobody is told apart by what code is made of: where something may be run, a file that comes later cannot be left out.
function refuseUnenforceable(mark: ResolvedRule, above: Access, access: Access): void {
  const lost = (above.execute && !access.execute) || (above.map && !access.map);
  if (!mark.missing || mark.prefix === true || !lost) return;
  throw new CordonError(
    "ERR_DENY_MISSING_PATH",
    { origin: mark.origin, path: mark.path },
    { resource: mark.path },
  );
}

/**
 * What the rules of each kind add up to.
 *
 * @throws CordonError `ERR_DENY_MISSING_PATH` for a denial to run or to map what does not exist, inside a directory that grants it
 */
export function accessTree(rules: Readonly<Record<AccessKind, PathRules>>): AccessTree {
  const at = (path: string): Access => ({
    read: allows(rules.read, path),
    write:
      allowsWriting(rules.read, rules.write, path) &&
      !isPinned(rules.execute, path) &&
      !isPinned(rules.map, path),
    execute: allows(rules.execute, path),
    map: allows(rules.map, path),
  });
  const all = Object.values(rules).flatMap(({ allow, deny }) => [...allow, ...deny]);
  for (const rule of all) {
    if (rule.missing && rule.path !== sep) refuseUnenforceable(rule, at(parent(rule.path)), at(rule.path));
  }
  const pinned = new Set(all.filter(({ pin }) => pin !== undefined).map(({ path }) => path));
  const byPath = new Map(all.filter(({ missing }) => !missing).map((rule) => [rule.path, rule]));
  const marks = [...byPath.values()]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(
      (rule): Mark => ({
        path: rule.path,
        directory: rule.directory,
        access: at(rule.path),
        above: rule.path === sep ? nothing : at(parent(rule.path)),
        pinned: pinned.has(rule.path),
      }),
    );
  return { marks, at };
}
