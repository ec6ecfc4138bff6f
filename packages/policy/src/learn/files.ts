// SPDX-License-Identifier: Apache-2.0
import { coverLinks, type CoverOptions, coverPaths, isCovered, type PathUse, writePath } from "./cover.ts";
import { isLookedForAbove, isWrite, SCRATCH, sortWritten, type Written } from "./made.ts";
import { isOwn, isSystemLibrary, isWithin, mayGrantWhole, nameOf, packageOf, packagesOf } from "./places.ts";
import type { Learnt, LearnFacts, LearntRule, LearntUse } from "./types.ts";

// Node asks for both where an entry is moved.
const READS = ["read", "look", "change", "move"];
// Of the fifteen that a learnt policy should have at most.
const MOST = 7;
const MOST_WRITTEN = 4;

/** What other rules bring: executables and native code may be read, and `run` brings the system's libraries. */
export interface Brought {
  readonly code: readonly string[];
  readonly libraries: boolean;
}

/** The rules of `fs.read` and `fs.write`. */
export function learnFiles(uses: readonly LearntUse[], facts: LearnFacts, brought: Brought): Learnt {
  const files = uses.filter(({ use }) => READS.includes(use) || isWrite({ use } as LearntUse));
  const relevant = files.filter((use) => !isGiven(use, facts, brought));
  const written = sortWritten(relevant, facts);
  const options: CoverOptions = { home: facts.home, project: facts.directory, most: MOST };
  const writable = coverPaths(
    [
      ...[...written.directories].map((path) => ({ path, whole: true })),
      ...[...written.changed, ...written.outputs].map((path) => ({ path, whole: false })),
    ],
    { ...options, most: MOST_WRITTEN },
  );
  const read = readPaths(relevant, facts, written, writable);
  const readable = coverLinks(read, options);
  const isOutput = (path: string): boolean => written.outputs.has(path);
  return {
    rules: [
      ...readable.map((path) =>
        rule("fs.read", path, whyRead(path, relevant, read, facts), facts, isOutput(path)),
      ),
      ...(written.scratch ? [scratchRule("fs.read")] : []),
      ...writable.map((path) => rule("fs.write", path, whyWritten(path, relevant), facts, isOutput(path))),
      ...(written.scratch ? [scratchRule("fs.write")] : []),
    ],
    notes: [
      ...wideListings(relevant, facts).map(
        (path) => `${path} was listed; a grant of all of it would be too wide, so it is left out.`,
      ),
      ...[...written.left].map(
        (path) =>
          `${path} was left behind; in a cell /tmp is its own, empty at the start and gone at the end.`,
      ),
      ...[...written.refused].map(
        (path) => `${path} was made in a directory that is too wide to be granted, so it is left out.`,
      ),
    ],
  };
}

function rule(
  scope: "fs.read" | "fs.write",
  path: string,
  reason: string,
  facts: LearnFacts,
  optional: boolean,
): LearntRule {
  return { scope, value: writePath(path, facts.base), optional, reason };
}

const scratchRule = (scope: "fs.read" | "fs.write"): LearntRule => ({
  scope,
  value: SCRATCH,
  optional: false,
  reason: "temporary files, in a /tmp of its own",
});

/** A path as it was written and the one it leads to: a cell must have both. */
const pathsOf = ({ resource, real }: LearntUse): readonly string[] =>
  real === "" || real === resource ? [resource] : [resource, real];

function isGiven(use: LearntUse, facts: LearnFacts, { code, libraries }: Brought): boolean {
  const paths = pathsOf(use);
  const last = paths.at(-1) ?? use.resource;
  if (paths.some(isOwn) || facts.given.has(last)) return true;
  if (isWrite(use)) return false;
  // A directory that is only looked at shows itself, empty, on the way to what is granted below it.
  if (use.use === "look" && (use.kind === "directory" || use.kind === "link")) return true;
  if (use.kind === "none" || use.kind === "other") return true;
  if (isLookedForAbove(last, facts)) return true;
  if (libraries && isSystemLibrary(last)) return true;
  return isCovered(last, code);
}

function readPaths(
  uses: readonly LearntUse[],
  facts: LearnFacts,
  written: Written,
  writable: readonly string[],
): readonly PathUse[] {
  return uses
    .filter(({ use, kind }) => READS.includes(use) && kind !== "none")
    .flatMap((use): PathUse[] => {
      const paths = pathsOf(use);
      const last = paths.at(-1) ?? use.resource;
      if (paths.includes(facts.entry) || last === facts.entry) return [];
      if (written.isMade(last)) {
        const place = writable.find((path) => isWithin(last, path));
        return place === undefined ? [] : [{ path: place, whole: facts.kindOf(place) === "directory" }];
      }
      const repository = repositoryOf(use, facts);
      if (repository !== undefined) return [{ path: repository, whole: true }];
      const whole = use.kind === "directory";
      if (whole && !mayGrantWhole(last, facts.home)) return [];
      const packages = packagesOf(last);
      if (packages !== undefined && belongsToProject(packages, facts))
        return [{ path: packages, whole: true }];
      const outside = packageOf(last);
      if (outside !== undefined) return [{ path: outside, whole: true }];
      const link = paths.length > 1 ? { real: last } : {};
      return [{ path: use.resource, whole, ...link }];
    });
}

/** git asks who owns the working tree before it reads anything of it: an empty stand-in is nobody's. */
function repositoryOf({ resource, by }: LearntUse, facts: LearnFacts): string | undefined {
  const tree = /^(\/.+?)\/\.git(?:\/|$)/.exec(resource)?.[1];
  return tree !== undefined && nameOf(by) === "git" && mayGrantWhole(tree, facts.home) ? tree : undefined;
}

/** Packages beside the program or above it, as Node's loader finds them. */
function belongsToProject(packages: string, { directory, entry }: LearnFacts): boolean {
  const home = packages.slice(0, -"/node_modules".length) || "/";
  return isWithin(directory, home) || isWithin(home, directory) || isWithin(entry, home);
}

function wideListings(uses: readonly LearntUse[], facts: LearnFacts): readonly string[] {
  const listed = uses.filter(({ use, kind }) => use === "read" && kind === "directory");
  const wide = listed
    .map((use) => pathsOf(use).at(-1) ?? "")
    .filter((path) => !mayGrantWhole(path, facts.home));
  return [...new Set(wide)];
}

function whyRead(
  path: string,
  uses: readonly LearntUse[],
  read: readonly PathUse[],
  facts: LearnFacts,
): string {
  const below = uses.filter((use) => pathsOf(use).some((each) => isWithin(each, path)));
  const opened = new Set(
    below.filter(({ use, kind }) => use === "read" && kind === "file").map(({ resource }) => resource),
  );
  const by = below.map((use) => use.by).find((program) => program !== "" && program !== facts.node);
  const isOwnUse = below.some((use) => use.by === facts.node);
  const who = !isOwnUse && by !== undefined ? ` by ${nameOf(by)}` : "";
  const listed = read.some((use) => use.whole && use.path === path) && packagesOf(path) === undefined;
  const what = packagesOf(path) === undefined ? "" : "packages, ";
  if (opened.size > 1) return `${what}${opened.size} files read${who}${listed ? ", and listed" : ""}`;
  if (opened.size === 1) return `${what}read${who}`;
  return listed ? `listed${who}` : `looked at${who}`;
}

function whyWritten(path: string, uses: readonly LearntUse[]): string {
  const below = uses.filter((use) => isWrite(use) && pathsOf(use).some((each) => isWithin(each, path)));
  const made = below.some(({ use, kind }) => kind === "none" || use === "make" || use === "remove");
  const count = new Set(below.map(({ resource }) => resource)).size;
  return `${made ? "made or replaced" : "written"}: ${count === 1 ? "one file" : `${count} files`}`;
}
