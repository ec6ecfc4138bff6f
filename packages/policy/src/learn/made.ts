// SPDX-License-Identifier: Apache-2.0
import { isWithin, mayGrantWhole, nameOf, parentOf } from "./places.ts";
import type { LearnFacts, LearntUse } from "./types.ts";

/** The cell's own directory for temporary files: granted by this very path, it is empty at each start. */
export const SCRATCH = "/tmp";

/** What a program wrote, as far as its policy is concerned. */
export interface Written {
  /** Existing files whose contents or metadata it changed. */
  readonly changed: ReadonlySet<string>;
  /** Directories in which it made, replaced or removed entries. */
  readonly directories: ReadonlySet<string>;
  /** Files that it made in a directory that it should not be given: it may change them, where they exist. */
  readonly outputs: ReadonlySet<string>;
  /** It needs a place for temporary files. */
  readonly scratch: boolean;
  /** Of those, what is still there. */
  readonly left: ReadonlySet<string>;
  /** Directories in which it made something, and which cannot be granted. */
  readonly refused: ReadonlySet<string>;
  /** Whether a path was made by the program itself. */
  isMade(path: string): boolean;
}

const WRITES = ["write", "change", "make", "remove", "move"];
const isMaking = ({ use, kind }: LearntUse): boolean => kind === "none" && use !== "remove" && use !== "move";
export const isWrite = ({ use }: LearntUse): boolean => WRITES.includes(use);
const realOf = ({ real, resource }: LearntUse): string => (real === "" ? resource : real);

/** Sorts what was written: existing files, and directories that must let entries be made. */
export function sortWritten(uses: readonly LearntUse[], facts: LearnFacts): Written {
  const writes = uses.filter(isWrite);
  const made = new Set(writes.filter(isMaking).map(realOf));
  const removed = new Set(writes.filter(({ use }) => use === "remove" || use === "move").map(realOf));
  // Put in place by a rename: the entry is new each time, whatever is granted of the file itself.
  const replaced = new Set(writes.filter(({ use }) => use === "make").map(realOf));
  const changed = new Set<string>();
  const directories = new Set<string>();
  const outputs = new Set<string>();
  const refused = new Set<string>();
  const left = new Set<string>();
  let scratch = false;

  /** The outermost of what the program made on the way to a path: what is there before the next run starts. */
  function firstMade(path: string): string | undefined {
    let first: string | undefined;
    for (let at = path; at !== "/"; at = parentOf(at)) if (made.has(at)) first = at;
    return first;
  }

  function enter(directory: string, path: string): void {
    if (directory === SCRATCH) scratch = true;
    else if (mayGrantWhole(directory, facts.home)) directories.add(directory);
    else refused.add(path);
  }

  for (const use of writes) {
    const path = realOf(use);
    const first = firstMade(path);
    if (first !== undefined) {
      const directory = parentOf(first);
      const now = facts.kindOf(first);
      const stays = now !== "none" && !removed.has(first);
      if (directory === SCRATCH) {
        scratch = true;
        if (stays) left.add(first);
      } else if (stays && now === "directory") directories.add(first);
      else if (stays && !replaced.has(first) && isWide(directory, facts)) outputs.add(first);
      else enter(directory, first);
    } else if (use.kind === "directory" && use.use === "make") {
      // It was there already: `mkdir -p` changes nothing.
    } else if (use.use === "make" || use.use === "remove" || use.use === "move") {
      enter(parentOf(path), path);
    } else if (use.kind === "directory") {
      directories.add(path);
    } else {
      changed.add(path);
    }
  }
  const isMade = (path: string): boolean => firstMade(path) !== undefined;
  return { changed, directories, outputs, scratch, left, refused, isMade };
}

/** Not to be given for the sake of one file: the project with its sources, a home, a system's directory. */
function isWide(directory: string, facts: LearnFacts): boolean {
  return isWithin(facts.directory, directory) || !mayGrantWhole(directory, facts.home);
}

// What tells a program where its project begins.
const MARKS = ["package.json", ".git", ".hg", ".svn"];

/** Whether a program finds this file by going up the tree, where the cell shows it as absent. */
export function isLookedForAbove(path: string, facts: LearnFacts): boolean {
  const directory = parentOf(path);
  return (
    MARKS.includes(nameOf(path)) && directory !== facts.directory && isWithin(facts.directory, directory)
  );
}
