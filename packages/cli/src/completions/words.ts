// SPDX-License-Identifier: Apache-2.0
import { describeFlags, systemNames } from "@cordon/policy";
import { type CommandEntry, optionTable } from "../command-line/table.ts";
import { WALLS } from "../command-line/walls.ts";

/** What a word's value is completed with. */
export type Completing =
  | { readonly kind: "directory" | "file" | "program" | "text" | "variable" }
  | { readonly kind: "words"; readonly words: readonly string[] };

/** A flag of a command, with what completes its value. */
export interface Completed {
  readonly name: string;
  /** Absent for a switch. */
  readonly value?: Completing;
  /** Whether it may stand without its value. */
  readonly optional: boolean;
  /** Whether its value may be a list with commas. */
  readonly list: boolean;
  readonly description: string;
}

/** Everything that may stand before a command's program. */
export function flagsOf(command: CommandEntry): readonly Completed[] {
  const own = command.options.map((name): Completed => {
    const { value, optional = false, description } = optionTable[name];
    const kind: Completing | undefined =
      value === "wall" ? { kind: "words", words: WALLS } : value === undefined ? undefined : { kind: value };
    return {
      name,
      ...(kind === undefined ? {} : { value: kind }),
      optional,
      list: value === "wall",
      description,
    };
  });
  if (!command.grants) return own;
  const grants = describeFlags().map(({ name, value, optional, description }): Completed => {
    const kind: Completing | undefined =
      value === "none"
        ? undefined
        : value === "path"
          ? { kind: "file" }
          : value === "system"
            ? { kind: "words", words: systemNames }
            : { kind: value };
    const text = description.replace(/\.$/, "");
    return { name, ...(kind === undefined ? {} : { value: kind }), optional, list: true, description: text };
  });
  return [...own, ...grants];
}
