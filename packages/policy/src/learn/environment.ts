// SPDX-License-Identifier: Apache-2.0
import { isReservedVariable, needsExactGrant } from "../environment.ts";
import { isWithin, nameOf, parentOf } from "./places.ts";
import type { LearnFacts, LearntRule, LearntUse } from "./types.ts";

const NAME = /^[^=*\s\p{Cc}]+$/u;

/** The rules of `env`: what JavaScript read, and what other programs must have read to look where they looked. */
export function learnEnvironment(
  uses: readonly LearntUse[],
  facts: LearnFacts,
  mayRun: boolean,
): readonly LearntRule[] {
  const reasons = new Map<string, string>();
  const add = (name: string, reason: string): void => {
    const isSet = facts.environment[name] !== undefined;
    if (isSet && !reasons.has(name) && NAME.test(name) && !isReservedVariable(name))
      reasons.set(name, reason);
  };
  for (const { use, resource } of uses) if (use === "env") add(resource, "read");
  // A child finds its own children by PATH; from JavaScript it is told.
  const isNested = uses.some(({ use, by }) => use === "execute" && by !== "" && by !== facts.node);
  if (mayRun && isNested) add("PATH", "programs are found by it");
  // Read by native code of Node's: the time zone, when the program first asks for the time.
  add("TZ", "the time zone");
  for (const name of namedFiles(uses, facts)) add(name, "names a file that was read");
  for (const [name, evidence] of evident(uses, facts)) add(name, evidence);
  return [...reasons].map(([value, reason]) => ({ scope: "env", value, optional: false, reason }));
}

/** Variables that Node reads itself, and that name a file for it. */
function namedFiles(uses: readonly LearntUse[], { environment }: LearnFacts): readonly string[] {
  const read = new Set(uses.filter(({ use }) => use === "read").map(({ resource }) => resource));
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && needsExactGrant(name) && read.has(value) ? [name] : [],
  );
}

/**
 * Native programs read their environment unseen. But whoever looks below the very directory that a variable holds,
 * whether it finds something or not, has read the variable.
 */
function evident(uses: readonly LearntUse[], facts: LearnFacts): readonly (readonly [string, string])[] {
  const directories = Object.entries(facts.environment).filter(
    (entry): entry is [string, string] =>
      /^\/[^/:]+/.test(entry[1] ?? "") &&
      !(entry[1] ?? "").includes(":") &&
      entry[0] !== "PWD" &&
      entry[0] !== "OLDPWD",
  );
  // To find a program on PATH is no use of the variables whose directories are on it.
  const places = (facts.environment["PATH"] ?? "").split(":");
  const foreign = uses.filter(
    ({ by, resource }) =>
      by !== "" &&
      by !== facts.node &&
      resource.startsWith("/") &&
      !isWithin(resource, facts.directory) &&
      !places.includes(parentOf(resource)),
  );
  return directories.flatMap(([name, value]) => {
    const use = foreign.find(({ resource }) => isWithin(resource, value) && resource !== value);
    return use === undefined ? [] : [[name, `${nameOf(use.by)} looks below it`] as const];
  });
}
