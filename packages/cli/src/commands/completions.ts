// SPDX-License-Identifier: Apache-2.0
import { type Shell, shells } from "../command-line/table.ts";
import { usageError } from "../command-line/usage-error.ts";
import { bashCompletions } from "../completions/bash.ts";
import { fishCompletions } from "../completions/fish.ts";
import { zshCompletions } from "../completions/zsh.ts";

const WRITERS: Readonly<Record<Shell, () => string>> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

/** `cordon completions bash|zsh|fish`: a script for that shell, on stdout. */
export function completions(args: readonly string[]): number {
  const [name = "nothing", ...more] = args;
  const shell = shells.find((each) => each === name);
  if (shell === undefined || more.length > 0)
    throw usageError(
      `completions: expected one of ${shells.join(", ")}, got ${[name, ...more].join(" ")}.`,
      "Write `cordon completions bash`; docs/cli.md says where its output goes.",
    );
  process.stdout.write(WRITERS[shell]());
  return 0;
}
