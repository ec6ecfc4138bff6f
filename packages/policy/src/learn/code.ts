// SPDX-License-Identifier: Apache-2.0
import { writePath } from "./cover.ts";
import { isSystemLibrary, isWithin, nameOf, packageOf } from "./places.ts";
import type { LearnFacts, LearntRule, LearntUse } from "./types.ts";

const realOf = ({ real, resource }: LearntUse): string => (real === "" ? resource : real);

/** The rules of `run`, and the files that they let a program read. */
export function learnPrograms(
  uses: readonly LearntUse[],
  facts: LearnFacts,
): { readonly rules: readonly LearntRule[]; readonly code: readonly string[] } {
  const executed = uses.filter(({ use, kind }) => use === "execute" && kind === "file");
  const rules = new Map<string, LearntRule>();
  for (const use of executed) {
    const name = facts.programName(use.resource);
    const path = writePath(use.resource, facts.base);
    // Without a slash it would be a name.
    const value = name ?? (path.includes("/") ? path : use.resource);
    if (rules.has(value)) continue;
    const by = use.by === "" || use.by === facts.node ? "the program" : nameOf(use.by);
    rules.set(value, { scope: "run", value, optional: false, reason: `started by ${by}` });
  }
  return { rules: [...rules.values()], code: executed.flatMap((use) => [use.resource, realOf(use)]) };
}

/** The rules of `addon`, and what they let a program read. Two libraries of one package are the package. */
export function learnAddons(
  uses: readonly LearntUse[],
  facts: LearnFacts,
  mayRun: boolean,
): { readonly rules: readonly LearntRule[]; readonly code: readonly string[] } {
  const executables = new Set(uses.filter(({ use }) => use === "execute").map(realOf));
  const mapped = uses
    .filter(({ use }) => use === "map" || use === "addon")
    .map(realOf)
    .filter((path) => path !== facts.node && !facts.given.has(path) && !executables.has(path))
    .filter((path) => !(mayRun && isSystemLibrary(path)));
  const files = [...new Set(mapped)];
  const packages = files.map(packageOf);
  const isShared = (name: string | undefined): boolean =>
    name !== undefined && packages.filter((other) => other === name).length > 1;
  const places = new Set(files.map((file, at) => (isShared(packages[at]) ? (packages[at] ?? file) : file)));
  return {
    rules: [...places].map((path) => ({
      scope: "addon",
      value: writePath(path, facts.base),
      optional: false,
      reason: `native code${files.filter((file) => isWithin(file, path)).length > 1 ? ", several files" : ""}`,
    })),
    code: [...places],
  };
}
