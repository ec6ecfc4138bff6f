// SPDX-License-Identifier: Apache-2.0
import { optionsOf, optionTable } from "../command-line/table.ts";
import { usageError } from "../command-line/usage-error.ts";

export interface LearnOptions {
  /** Where the policy goes, as written. */
  readonly output: string;
  /** Widen the file that is there. */
  readonly merge: boolean;
  /** Run once more, under what was learnt. */
  readonly check: boolean;
  readonly node: string | undefined;
  /** The program's name and its arguments, untouched. */
  readonly program: readonly string[];
}

const FORM = "Write `cordon learn [--output=FILE] [--merge] [--check] [--node=PATH] program.js [args]`.";

/** Reads the options of `cordon learn` up to the program's name; all after it is the program's own. */
export function parseLearnOptions(args: readonly string[]): LearnOptions {
  const values = new Map<string, string>();
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? "";
    if (word === "--") {
      at++;
      break;
    }
    if (!word.startsWith("-") || word === "-") break;
    const [, name = word, value] = /^(--[a-z]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = optionsOf("learn").find((each) => each === name);
    if (option === undefined)
      throw usageError(`learn: ${name} is no option of it; grants are what it finds out.`, FORM);
    const isSwitch = optionTable[option].value === undefined;
    if (isSwitch ? value !== undefined : !value)
      throw usageError(`learn: ${name} ${isSwitch ? "takes no value" : "needs a value"}.`, FORM);
    if (values.has(name)) throw usageError(`learn: ${name} is given twice.`, FORM);
    values.set(name, value ?? "");
  }
  const program = args.slice(at);
  if (program[0] === undefined || program[0] === "-")
    throw usageError("learn: expected a program, got none.", FORM);
  return {
    output: values.get("--output") ?? "cordon.json",
    merge: values.has("--merge"),
    check: values.has("--check"),
    node: values.get("--node"),
    program,
  };
}
