// SPDX-License-Identifier: Apache-2.0
// Random trees of files, and random policies about them.
import fc from "fast-check";

/** One entry of a tree, by its path relative to the tree's root. Parents come before what is in them. */
export interface Entry {
  readonly path: string;
  readonly kind: "directory" | "file" | "link";
  /** Where a link leads: another entry's path, or one that is not there. */
  readonly target: string;
}

type RuleList = readonly { readonly path: string; readonly optional?: boolean }[];

/** The lists of a policy file, with paths relative to the tree's root. */
export interface Rules {
  readonly allow: { readonly "fs.read": RuleList; readonly "fs.write": RuleList };
  readonly deny: { readonly "fs.read": RuleList; readonly "fs.write": RuleList };
}

export interface Case {
  readonly entries: readonly Entry[];
  readonly rules: Rules;
}

// Names of which some are the beginning of others, so that a trailing star meets more than one.
const name = fc.constantFrom("a", "ab", "abc", "b", ".x");
const place = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const kind = fc.constantFrom("directory", "directory", "file", "file", "link");

function parentOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

/** What can stand beside each other: a directory wherever something is below, and each path once. */
function settle(drawn: readonly Entry[]): Entry[] {
  const entries = new Map<string, Entry>();
  for (const { path } of drawn)
    for (let at = parentOf(path); at !== ""; at = parentOf(at))
      entries.set(at, { path: at, kind: "directory", target: "" });
  for (const entry of drawn) if (!entries.has(entry.path)) entries.set(entry.path, entry);
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const tree = fc
  .array(fc.record({ path: place, kind, target: place }) as fc.Arbitrary<Entry>, {
    minLength: 4,
    maxLength: 12,
  })
  .map(settle);

/** A rule for something of the tree, for the tree itself, by a star, or for what is not there (then it is optional). */
function rule(
  entries: readonly Entry[],
  effect: "allow" | "deny",
): fc.Arbitrary<{ path: string; optional?: boolean }> {
  const there = fc.constantFrom(".", ...entries.map(({ path }) => path));
  // Not for what stands for a link too: each entry is resolved by itself then, and no text says the same.
  const links = entries.filter((each) => each.kind === "link").map(({ path }) => path);
  const isPlain = (start: string): boolean =>
    !links.some((link) => parentOf(link) === parentOf(start) && link.startsWith(start));
  // By itself a star means everything, beyond the tree.
  const starts = entries
    .map(({ path }) => path.slice(0, -1))
    .filter((start) => start !== "" && isPlain(start));
  return fc.oneof(
    // A link may lead nowhere.
    {
      weight: 6,
      arbitrary: there.map((path) => (links.includes(path) ? { path, optional: true } : { path })),
    },
    ...(starts.length === 0
      ? []
      : [
          {
            weight: 1,
            arbitrary: fc.constantFrom(...starts).map((start) => ({ path: `${start}*`, optional: true })),
          },
        ]),
    { weight: 1, arbitrary: place.map((path) => ({ path, optional: true })) },
    // What is denied need not be there.
    ...(effect === "deny" ? [{ weight: 2, arbitrary: place.map((path) => ({ path })) }] : []),
  );
}

/** A tree and a policy about it; grants come more often than denials, or most policies would say nothing. */
export const anyCase: fc.Arbitrary<Case> = tree.chain((entries) => {
  const list = (effect: "allow" | "deny", maxLength: number): fc.Arbitrary<RuleList> =>
    fc.array(rule(entries, effect), { maxLength });
  const rules = fc.record({
    allow: fc.record({ "fs.read": list("allow", 4), "fs.write": list("allow", 3) }),
    deny: fc.record({ "fs.read": list("deny", 3), "fs.write": list("deny", 3) }),
  });
  return rules.map((each) => ({ entries, rules: each }));
});
