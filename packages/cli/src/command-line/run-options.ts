// SPDX-License-Identifier: Apache-2.0
import { unknownFlag, parseGrantFlags, type PolicyDocument, type WallName } from "@cordon/policy";
import type { Inspect } from "@cordon/walls";
import { parseInspect } from "./inspect.ts";
import { type OptionName, optionTable } from "./table.ts";
import { usageError } from "./usage-error.ts";
import { parseWalls } from "./walls.ts";

/** What `run` and `explain` understand before the program's name. */
export interface RunOptions {
  /** What the grant flags say, and the flags that grant something beside what they are for. */
  readonly grants: readonly PolicyDocument[];
  /** As written after `--policy=`. */
  readonly policyFile: string | undefined;
  /** The walls that are up; `undefined` for all. */
  readonly walls: readonly WallName[] | undefined;
  /** The Node that runs the program; `undefined` for the one that runs Cordon. */
  readonly node: string | undefined;
  /** Where a debugger reaches the program; `undefined` where none was asked for. */
  readonly inspect: Inspect | undefined;
  /** Nameservers to ask in place of the host's; `undefined` for the host's. */
  readonly resolvers: readonly string[] | undefined;
  /** Node's configuration file, whose `permission` object is read. */
  readonly nodeConfig: string | undefined;
  /** Whether the program has its own directory and little else: `--safe-mode`. */
  readonly safeMode: boolean;
  /** Where refusals and what a second policy would refuse are written down; `undefined` for nowhere. */
  readonly audit: string | undefined;
  readonly auditPolicy: string | undefined;
  /** The OCI runtime that runs it, or that a bundle is for; `undefined` where none is named. */
  readonly with: string | undefined;
  /** Where a bundle goes. */
  readonly output: string | undefined;
  readonly verbose: boolean;
  readonly json: boolean;
  /** What is asked with `--ask=`, in its order. */
  readonly questions: readonly string[];
  /** The program's name and its arguments, untouched. */
  readonly program: readonly string[];
}

const INSPECTING = ["--inspect", "--inspect-brk"] as const;

/**
 * Reads options and grants in any order up to the program's name; all after it is the program's own.
 *
 * @param offered the options among Cordon's own that the command has
 */
export function parseRunOptions(
  args: readonly string[],
  directory: string,
  offered: readonly OptionName[],
): RunOptions {
  const grantFlags: string[] = [];
  const values = new Map<string, string>();
  const questions: string[] = [];
  let rest = [...args];
  for (;;) {
    const [first] = rest;
    if (first === "--") {
      rest = rest.slice(1);
      break;
    }
    if (first === undefined || !first.startsWith("-") || first === "-") break;
    const option = offered.find((name) => first === name || first.startsWith(`${name}=`));
    if (option !== undefined) {
      const [value, after] = takeValue(option, rest);
      if (option === "--ask") questions.push(value);
      else if (values.has(option)) throw usageError(`${option} is given twice.`, "Give it once.");
      values.set(option, value);
      rest = after;
      continue;
    }
    const parsed = parseGrantFlags(rest, { directory });
    if (parsed.rest.length === rest.length) throw unknownFlag(first, offered);
    grantFlags.push(...rest.slice(0, rest.length - parsed.rest.length));
    rest = parsed.rest;
  }
  // All at once: some mean something together, wherever they stand.
  const grants = grantFlags.length === 0 ? [] : [parseGrantFlags(grantFlags, { directory }).document];
  const walls = values.get("--walls");
  const inspect = inspectOf(values);
  if (values.has("--audit-policy") && !values.has("--audit"))
    throw usageError("--audit-policy needs --audit.", "Write --audit=FILE too: where its records go.");
  // To ask for a debugger by name is to grant it; what denies it still wins.
  if (inspect !== undefined) grants.push(parseGrantFlags(["--allow-inspector"], { directory }).document);
  return {
    grants,
    policyFile: values.get("--policy"),
    walls: walls === undefined ? undefined : parseWalls(walls),
    node: values.get("--node"),
    inspect,
    resolvers: values.get("--resolver")?.split(","),
    nodeConfig: values.get("--node-config"),
    safeMode: values.has("--safe-mode"),
    audit: values.get("--audit"),
    auditPolicy: values.get("--audit-policy"),
    with: values.get("--with"),
    output: values.get("--output"),
    verbose: values.has("--verbose"),
    json: values.has("--json"),
    questions,
    program: rest,
  };
}

function inspectOf(values: ReadonlyMap<string, string>): Inspect | undefined {
  const [option, other] = INSPECTING.filter((name) => values.has(name));
  if (other !== undefined)
    throw usageError("--inspect and --inspect-brk are given both.", "Give one of them.");
  return option === undefined ? undefined : parseInspect(option, values.get(option) ?? "");
}

function takeValue(option: OptionName, rest: readonly string[]): [value: string, rest: string[]] {
  const [first = "", second] = rest;
  const { value: kind, optional } = optionTable[option];
  const isSwitch = kind === undefined;
  if (first === option && (isSwitch || optional === true)) return ["", rest.slice(1)];
  if (isSwitch) throw usageError(`${option} takes no value, got ${first}.`, `Write ${option}.`);
  if (first !== option) {
    const value = first.slice(option.length + 1);
    if (value === "") throw usageError(`${option} needs a value.`, `Write ${option}=VALUE.`);
    return [value, rest.slice(1)];
  }
  if (second === undefined) throw usageError(`${option} needs a value.`, `Write ${option}=VALUE.`);
  return [second, rest.slice(2)];
}
