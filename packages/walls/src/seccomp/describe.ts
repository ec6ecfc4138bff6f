// SPDX-License-Identifier: Apache-2.0
import type { SeccompAction } from "./action.ts";
import { syscallTables } from "./numbers/index.ts";
import type { SeccompOptions } from "./options.ts";
import { rulesByNumber } from "./rules/index.ts";
import type { Rule } from "./rules/rule.ts";

/** What becomes of one system call, for `cordon explain`. */
export interface SyscallDescription {
  readonly name: string;
  readonly number: number;
  /** `ask`: the supervisor answers. `arguments`: it depends on them; the text says how. */
  readonly outcome: "allow" | "refuse" | "ask" | "arguments";
  /** One line, such as "refused with EPERM: another process's memory". */
  readonly text: string;
}

/**
 * What becomes of each system call of the architecture, in the order of their numbers.
 *
 * @example
 * describeSeccomp(options).find(({ name }) => name === "ptrace")?.text;
 * // "refused with EPERM: reaches into other processes"
 */
export function describeSeccomp(options: SeccompOptions): readonly SyscallDescription[] {
  const { byNumber } = syscallTables[options.arch];
  return Array.from(rulesByNumber(options), ([number, rule]) => ({
    name: byNumber.get(number) ?? String(number),
    number,
    outcome: outcome(rule),
    text: sentence(rule),
  }));
}

function outcome({ clauses, otherwise }: Rule): SyscallDescription["outcome"] {
  if (clauses.length > 0) return "arguments";
  switch (otherwise.kind) {
    case "allow":
      return "allow";
    case "notify":
      return "ask";
    case "errno":
      return "refuse";
  }
}

function sentence({ clauses, otherwise, reason }: Rule): string {
  const exceptions = clauses.map(({ action, text }) => `${verb(action)} ${text}`);
  const rest = `${exceptions.length > 0 ? "otherwise " : ""}${verb(otherwise)}: ${reason}`;
  return [...exceptions, rest].join("; ");
}

function verb(action: SeccompAction): string {
  switch (action.kind) {
    case "allow":
      return "allowed";
    case "notify":
      return "asked of the supervisor";
    case "errno":
      return `refused with ${action.errno}`;
  }
}
