// SPDX-License-Identifier: Apache-2.0
import { type Dirent, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  CordonError,
  type Origin,
  type PathRule,
  type Policy,
  pathCovers,
  pathSpecificity,
} from "@cordon/policy";
import { type AccessTree, isWithin } from "./access.ts";
import { refuseForeignLinks, refuseOwnLinks } from "./laid-links.ts";
import { type Link, resolveLinks } from "./links.ts";
import type { UnixPlan, UnixRule } from "./plan.ts";
import { SCRATCH } from "./scratch.ts";

// As many of each as the jail takes (PLAN_MAX_UNIX).
const MAX_SOCKETS = 1024;

interface Resolved {
  readonly rule: PathRule;
  readonly allow: boolean;
  /** Without links; a `*` at the end stays. */
  readonly path: string;
  readonly via: readonly Link[];
  readonly origin: Origin;
}

const isPattern = (path: string): boolean => path.endsWith("*");

/**
 * Follows the links of a rule as they are now. Unlike a file, a socket need not be there: its server may start later, or
 * be the program itself. Its directory must.
 */
function resolveRule(rule: PathRule, allow: boolean): Resolved[] {
  const pattern = isPattern(rule.path);
  const { real, links } = resolveLinks(pattern ? dirname(rule.path) : rule.path);
  const above = pattern ? real : dirname(real);
  if (allow && statSync(above, { throwIfNoEntry: false })?.isDirectory() !== true) {
    if (rule.optional) return [];
    throw new CordonError(
      "ERR_GRANT_MISSING_PATH",
      { origin: rule.origin, path: above },
      { resource: rule.path },
    );
  }
  const path = pattern ? join(real, basename(rule.path)) : real;
  return [{ rule, allow, path, via: links, origin: rule.origin }];
}

/** The most specific first, as `decide` has it, and a denial before a grant. */
function bySpecificity(a: Resolved, b: Resolved): number {
  return pathSpecificity(b.path) - pathSpecificity(a.path) || Number(a.allow) - Number(b.allow);
}

function toRule({ allow, path, rule }: Resolved): UnixRule {
  return {
    allow,
    covers: isPattern(path) ? "prefix" : "below",
    path: isPattern(path) ? path.slice(0, -1) : path,
    place: allow && rule.path === SCRATCH ? "own" : "host",
  };
}

function aliasOf({ rule, path }: Resolved): UnixPlan["aliases"] {
  if (rule.path === path) return [];
  const directory = (text: string): string => (isPattern(text) ? dirname(text) : text);
  return [{ path: directory(rule.path), real: directory(path) }];
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return []; // no directory, or none that can be listed: nothing in it is known
  }
}

/** The sockets that a grant names now: itself, or those in its directory. */
function socketsOf(path: string): string[] {
  const above = entriesOf(dirname(path)).map((entry) => ({ entry, at: join(dirname(path), entry.name) }));
  const below = entriesOf(path).map((entry) => ({ entry, at: join(path, entry.name) }));
  return [...above, ...below]
    .filter(({ entry, at }) => entry.isSocket() && pathCovers(path, at))
    .map(({ at }) => at);
}

/**
 * The broker's rules for unix sockets.
 *
 * @param tree what the program may do with files: where it may write, it could put one socket in another's place
 * @param hasScratch whether the cell has a /tmp of its own, which a grant of /tmp then means
 * @throws CordonError `ERR_GRANT_MISSING_PATH` where the directory of a granted socket is not there, `ERR_GRANT_LINK`
 */
export function unixSockets(rules: Policy["net.unix"], tree: AccessTree, hasScratch: boolean): UnixPlan {
  // Without a /tmp of the cell's own its grant does nothing, as with files: the host's is never granted as a whole.
  const allowed = rules.allow.filter(({ path }) => hasScratch || path !== SCRATCH);
  const resolved = [
    ...allowed.flatMap((rule) => resolveRule(rule, true)),
    ...rules.deny.flatMap((rule) => resolveRule(rule, false)),
  ].sort(bySpecificity);
  const grants = resolved.filter(({ allow }) => allow);
  refuseOwnLinks(grants, tree);
  refuseForeignLinks(grants);
  const granted = grants.map(({ path }) => path);
  const writable = tree.marks
    .filter(({ access, directory }) => access.write && directory)
    .map(({ path }) => path)
    .filter((path) => granted.some((socket) => isWithin(path, socket) || pathMeets(socket, path)));
  const known = granted.flatMap(socketsOf).filter((path) => writable.some((place) => isWithin(path, place)));
  if (known.length > MAX_SOCKETS) {
    const [path = ""] = granted;
    throw new CordonError("ERR_PLAN_TOO_LARGE", { path, limit: MAX_SOCKETS }, { resource: path });
  }
  return {
    rules: resolved.map(toRule),
    aliases: resolved.flatMap(aliasOf),
    writable,
    known: [...new Set(known)],
  };
}

/** Whether sockets that a grant covers may lie in a directory. */
function pathMeets(granted: string, directory: string): boolean {
  return (
    pathCovers(granted, directory) || isWithin(isPattern(granted) ? dirname(granted) : granted, directory)
  );
}
