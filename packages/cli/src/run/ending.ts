// SPDX-License-Identifier: Apache-2.0
import type { Cell } from "@cordon/cell";
import type { Attendant } from "@cordon/cell/handover";
import type { Policy } from "@cordon/policy";
import { printable, say } from "../terminal.ts";
import { collectDenials } from "./denials.ts";
import { collectLimits } from "./limits.ts";
import { oftenNeeded } from "./often-needed.ts";

/** What must be known of a run to tell how it ended. Plain data. */
export interface Story {
  readonly policy: Policy;
  readonly entry: string;
  readonly directory: string;
  /** Whether refusals are told of a program that ends well, too. */
  readonly isTalkative: boolean;
}

/** A program that comes from a package: whoever runs it does not know which packages it reads. */
function isPackaged({ entry }: Story): boolean {
  return entry.includes("/node_modules/");
}

/** Who tells the story once the command has handed its cell over: `cordon attend`. */
export function attendantOf(story: Story): Attendant<Story> {
  return {
    command: [process.execPath, process.argv[1] ?? "", "attend"],
    tells: [
      ...(story.isTalkative ? ["denials" as const] : []),
      ...(isPackaged(story) ? ["exit" as const] : []),
    ],
    about: story,
  };
}

/**
 * Waits for the end of a cell and tells what the one who started it should know.
 *
 * @returns the exit code
 */
export async function tellEnding(cell: Cell, story: Story): Promise<number> {
  const { policy, entry, directory, isTalkative } = story;
  const denials = collectDenials(cell);
  const limits = collectLimits(cell);
  const exit = await cell.exited;
  if (exit.error !== undefined) {
    say(exit.error.message);
    const { path, remedy, at = [] } = exit.error.details;
    for (const frame of at) say(`    at ${printable(frame)}`);
    say(path === undefined ? `  ${remedy ?? ""}` : `  Raise it with ${path}=…`);
  }
  // A program that fails has often swallowed the reason; one that ends well has got along without what it was refused.
  if (isTalkative || exit.exitCode !== 0)
    for (const line of [...limits.lines(), ...denials.lines()]) say(line);
  if (isPackaged(story) && exit.exitCode !== 0)
    for (const line of oftenNeeded(policy, entry, directory)) say(line);
  return exit.exitCode;
}
