// SPDX-License-Identifier: Apache-2.0

// Flags that Node, Deno or an earlier Cordon has and this one has not, and what to write instead. There is none for
// everything: such a run would have the look of a sandbox and hold nothing, and `node` does that without the look.
const ADVICE: ReadonlyMap<string, string> = new Map(
  (
    [
      [
        ["--allow-all", "-A"],
        "There is no grant of everything: write the scopes, or run the program with node",
      ],
      [["--ignore-env"], "An ungranted variable is undefined: leave it out, or write --deny-env"],
      [["--ignore-read"], "Write --deny-fs-read: what it names is masked"],
      [
        ["--allow-import", "--deny-import", "-I"],
        "Node imports from files alone: write --allow-fs-read for them",
      ],
      [["--permission-set", "-P"], "Write --policy=FILE"],
      [
        ["--allow-scripts"],
        "Cordon installs nothing. To run an install script, give its program to cordon run",
      ],
      [["--limit-watch"], "Write --accept=limits"],
      [["--allow-hrtime"], "Clocks need no grant"],
      [["--allow-plugin"], "Write --allow-addons"],
    ] as const
  ).flatMap(([names, advice]) => names.map((name): [string, string] => [name, advice])),
);

/** What to write in place of a flag that somebody may know from elsewhere. */
export function foreignFlag(name: string): string | undefined {
  return ADVICE.get(name);
}
