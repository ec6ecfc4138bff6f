// SPDX-License-Identifier: Apache-2.0
import { isWithin, mayGrantWhole, nameOf, parentOf } from "./places.ts";

/** What was used of one path. */
export interface PathUse {
  readonly path: string;
  /** Where it leads, if there are links on its way. */
  readonly real?: string;
  /** The directory itself was listed: a grant of some of its files is not enough. */
  readonly whole: boolean;
}

export interface CoverOptions {
  readonly home: string;
  /** The program's own directory, which takes more to be granted whole: it holds what the program has no business with. */
  readonly project: string;
  /** The most rules there should be, where directories that may be granted can keep to it. */
  readonly most: number;
}

/** How many rules in one directory are one too many, and how many in the project's own. */
const MANY = 4;
const MANY_IN_PROJECT = 8;

interface Place {
  readonly path: string;
  readonly children: Map<string, Place>;
  isUsed: boolean;
  isWhole: boolean;
}

/**
 * As {@link coverPaths}, and so that what links lead to is covered too: a rule for a link brings its other end, but where
 * a directory took the link's place the other end needs a rule of its own.
 */
export function coverLinks(uses: readonly PathUse[], options: CoverOptions): readonly string[] {
  const rules = coverPaths(uses, options);
  const ends = uses.flatMap(({ path, real, whole }) =>
    real === undefined || rules.includes(path) || isCovered(real, rules) ? [] : [{ path: real, whole }],
  );
  return ends.length === 0 ? rules : coverPaths([...uses, ...ends], options);
}

/**
 * The smallest list of files and directories that covers all uses: a directory stands for its files where many of them
 * are used or it was listed, unless it is one that may not be granted whole.
 *
 * @returns paths, none of which covers another
 */
export function coverPaths(uses: readonly PathUse[], options: CoverOptions): readonly string[] {
  const root = placeOf("/");
  for (const use of uses) insert(root, use, options.home);
  collapse(root, options);
  while (rulesOf(root).length > options.most) {
    const next = nextToCollapse(root, options.home);
    if (next === undefined) break;
    next.isWhole = true;
  }
  return rulesOf(root);
}

const placeOf = (path: string): Place => ({ path, children: new Map(), isUsed: false, isWhole: false });

function insert(root: Place, { path, whole }: PathUse, home: string): void {
  let at = root;
  for (const name of path.split("/").filter((part) => part !== "")) {
    const next = at.children.get(name) ?? placeOf(`${at.path === "/" ? "" : at.path}/${name}`);
    at.children.set(name, next);
    at = next;
  }
  if (!whole) at.isUsed = true;
  else if (mayGrantWhole(at.path, home)) at.isWhole = true;
}

function collapse(place: Place, options: CoverOptions): void {
  if (place.isWhole || place.isUsed) return;
  for (const child of place.children.values()) collapse(child, options);
  const many = place.path === options.project ? MANY_IN_PROJECT : MANY;
  // Its own files and directories count, not what is scattered below: that has rules closer to it.
  const direct = [...place.children.values()].filter((child) => child.isUsed || child.isWhole);
  if (direct.length >= many && mayGrantWhole(place.path, options.home)) place.isWhole = true;
}

function rulesOf(place: Place): readonly string[] {
  return place.isWhole || place.isUsed ? [place.path] : [...place.children.values()].flatMap(rulesOf);
}

/** The deepest directory that joins at least two rules: the least that is granted too much. */
function nextToCollapse(root: Place, home: string): Place | undefined {
  let best: Place | undefined;
  const visit = (place: Place): void => {
    if (place.isWhole || place.isUsed) return;
    for (const child of place.children.values()) visit(child);
    if (rulesOf(place).length < 2 || !mayGrantWhole(place.path, home)) return;
    if (best === undefined || depth(place) > depth(best)) best = place;
  };
  visit(root);
  return best;
}

const depth = ({ path }: Place): number => path.split("/").length;

/** Whether a list of rules covers a path. */
export function isCovered(path: string, rules: readonly string[]): boolean {
  return rules.some((rule) => isWithin(path, rule));
}

/** A path as a policy file beside `directory` writes it. */
export function writePath(path: string, directory: string): string {
  if (path === directory) return ".";
  if (isWithin(path, directory)) return `./${path.slice(directory.length + (directory === "/" ? 0 : 1))}`;
  // One step up is shorter and moves with the project; what is further away is named by where it is.
  const above = parentOf(directory);
  if (above !== "/" && path !== above && isWithin(path, above)) return `../${path.slice(above.length + 1)}`;
  return path === "/" ? "/" : `${parentOf(path) === "/" ? "" : parentOf(path)}/${nameOf(path)}`;
}
