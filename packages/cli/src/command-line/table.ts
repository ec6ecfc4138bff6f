// SPDX-License-Identifier: Apache-2.0
// The commands and their options, once: what parses them, what completes them and what is said of them agree by this.

/** Cordon's own options; grants and limits are the policy's. */
export type OptionName =
  | "--ask"
  | "--audit"
  | "--audit-policy"
  | "--check"
  | "--data"
  | "--inspect"
  | "--inspect-brk"
  | "--json"
  | "--listen"
  | "--merge"
  | "--node"
  | "--node-config"
  | "--output"
  | "--policy"
  | "--resolver"
  | "--safe-mode"
  | "--verbose"
  | "--walls"
  | "--with"
  | "--write";

/** What a value is, for whoever completes it. */
export type ValueKind = "directory" | "file" | "text" | "wall";

export interface OptionEntry {
  /** Absent for a switch. */
  readonly value?: ValueKind;
  /** Whether it may stand without its value. */
  readonly optional?: true;
  readonly description: string;
}

export interface CommandEntry {
  readonly description: string;
  readonly options: readonly OptionName[];
  /** Whether grants and limits stand among the options. */
  readonly grants: boolean;
  /** What stands behind them: a program and its arguments, one of these words, or nothing. */
  readonly takes: "program" | readonly string[];
}

export const optionTable: Readonly<Record<OptionName, OptionEntry>> = Object.freeze({
  "--ask": { value: "text", description: "A question about the program" },
  "--audit": { value: "file", description: "Where refusals are written down" },
  "--audit-policy": { value: "file", description: "A second policy, to hold uses against" },
  "--check": { description: "Run once more, under what was learnt" },
  "--data": { value: "directory", description: "Where apps and the admin token are kept" },
  "--inspect": { value: "text", optional: true, description: "Listen for a debugger" },
  "--inspect-brk": { value: "text", optional: true, description: "Listen for a debugger, and wait for it" },
  "--json": { description: "Print data" },
  "--listen": { value: "text", description: "Where the host listens" },
  "--merge": { description: "Widen the policy file that is there" },
  "--node": { value: "file", description: "The Node that runs the program" },
  "--node-config": { value: "file", description: "A file of Node's, whose permission object grants too" },
  "--output": { value: "file", description: "Where the learnt policy goes" },
  "--policy": { value: "file", description: "The policy file" },
  "--resolver": { value: "text", description: "Nameservers to ask in place of the host's" },
  "--safe-mode": { description: "The program's own directory, and nothing else" },
  "--verbose": { description: "Sum up what was refused" },
  "--walls": { value: "wall", description: "The walls that stay, or -NAME to take one away" },
  "--with": { value: "text", description: "An OCI runtime that runs it: runc, crun or runsc" },
  "--write": { description: "Into the policy file, and not to the terminal" },
} satisfies Record<OptionName, OptionEntry>);

const RUNNING = [
  "--policy",
  "--safe-mode",
  "--node-config",
  "--walls",
  "--node",
  "--inspect",
  "--inspect-brk",
  "--resolver",
] as const satisfies readonly OptionName[];

/** The shells that `cordon completions` writes for. */
export type Shell = "bash" | "zsh" | "fish";
export const shells: readonly Shell[] = Object.freeze(["bash", "zsh", "fish"]);

export const commandTable: Readonly<Record<string, CommandEntry>> = Object.freeze({
  run: {
    description: "Run a script, or a program of node_modules/.bin",
    options: [...RUNNING, "--with", "--audit", "--audit-policy", "--verbose"],
    grants: true,
    takes: "program",
  },
  explain: {
    description: "Say what a run could do, or answer a question",
    options: [...RUNNING, "--json", "--ask"],
    grants: true,
    takes: "program",
  },
  learn: {
    description: "Run without walls once, and write down a policy",
    options: ["--output", "--merge", "--check", "--node"],
    grants: false,
    takes: "program",
  },
  oci: {
    description: "Write a bundle for runc, crun, runsc or Kata",
    options: [
      "--policy",
      "--safe-mode",
      "--node-config",
      "--walls",
      "--node",
      "--with",
      "--output",
      "--json",
    ],
    grants: true,
    takes: "program",
  },
  integrity: {
    description: "Pin files by their hashes",
    options: ["--policy", "--write"],
    grants: false,
    takes: "program",
  },
  doctor: {
    description: "Say what this host can enforce",
    options: ["--json"],
    grants: false,
    takes: [],
  },
  serve: {
    description: "Host other people's code over HTTP",
    options: ["--listen", "--data", "--policy"],
    grants: false,
    takes: [],
  },
  completions: {
    description: "Print what completes these words in a shell",
    options: [],
    grants: false,
    takes: shells,
  },
  help: { description: "Say what there is", options: [], grants: false, takes: [] },
  version: { description: "Print the version", options: [], grants: false, takes: [] },
} satisfies Record<string, CommandEntry>);

/** The options among Cordon's own that a command has. */
export function optionsOf(command: string): readonly OptionName[] {
  return (Object.hasOwn(commandTable, command) ? commandTable[command]?.options : undefined) ?? [];
}
