// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, join } from "node:path";
import { type Origin, type PathRule, pathCovers, type Policy } from "@cordon/policy";
import { resolveLinks } from "./links.ts";
import { entriesStartingWith } from "./paths.ts";

function realOf(path: string): string {
  try {
    return resolveLinks(path).real;
  } catch {
    return path; // links in a circle: such a grant is refused later on
  }
}

/** A path as it is written, and where links lead from there; a pattern's entries too, as each may be one. */
function namesOf(path: string): readonly string[] {
  if (!path.endsWith("*")) return [path, realOf(path)];
  const entries = entriesStartingWith(path).map(realOf);
  return [path, join(realOf(dirname(path)), basename(path)), ...entries];
}

const cover = (outer: readonly string[], inner: readonly string[]): boolean =>
  inner.some((name) => outer.some((each) => pathCovers(each, name)));

/** Those of the files that a grant to write reaches, by the name that it was written with or by where links lead. */
export function exposedFiles<F extends { readonly path: string }>(
  policy: Policy,
  files: readonly F[],
): readonly F[] {
  const granted = policy["fs.write"].allow.flatMap(({ path }) => namesOf(path));
  if (granted.length === 0) return [];
  return files.filter(({ path }) => cover(granted, namesOf(path)));
}

/**
 * Denies a program to write files that others rely on, and all below them, where a grant covers them, or names something
 * in them: the most specific rule would decide, and a denial of the same path wins.
 */
export function keepFiles(
  policy: Policy,
  files: readonly { readonly path: string; readonly origin: Origin }[],
): Policy {
  const grants = policy["fs.write"].allow.map(({ path }) => ({ path, names: namesOf(path) }));
  if (grants.length === 0) return policy;
  const deny = files.flatMap(({ path: kept, origin }): PathRule[] => {
    const names = namesOf(kept);
    const isExposed = grants.some((grant) => cover(grant.names, names));
    const inside = grants.filter((grant) => cover(names, grant.names)).map(({ path }) => path);
    return [...(isExposed ? [kept] : []), ...inside].map((path) => ({ path, optional: false, origin }));
  });
  if (deny.length === 0) return policy;
  return { ...policy, "fs.write": { ...policy["fs.write"], deny: [...policy["fs.write"].deny, ...deny] } };
}
