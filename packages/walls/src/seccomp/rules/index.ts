// SPDX-License-Identifier: Apache-2.0
import { refuse } from "../action.ts";
import { syscallTables } from "../numbers/index.ts";
import type { SeccompOptions } from "../options.ts";
import { eventRules } from "./events.ts";
import { fileRules } from "./files.ts";
import { kernelRules } from "./kernel.ts";
import { memoryRules } from "./memory.ts";
import { networkRules } from "./network.ts";
import { processRules } from "./processes.ts";
import type { Rule, RuleEntry } from "./rule.ts";
import { always } from "./rule.ts";

/** For numbers that have no name here: as on a kernel that is older than the call. */
export const unknownCall: Rule = always(refuse("ENOSYS"), "unknown to Cordon");

// A call that has a name but no rule. A test holds that there is none: what becomes of a call is a decision.
const unlisted: Rule = always(refuse("EPERM"), "on no list");

/** The rules of all concepts, as they are written. */
export function ruleEntries(options: SeccompOptions): readonly RuleEntry[] {
  return [
    ...fileRules(options),
    ...memoryRules(),
    ...processRules(options),
    ...networkRules(options),
    ...eventRules(),
    ...kernelRules(),
  ];
}

/** The rule of each system call of the architecture, by number and in that order. */
export function rulesByNumber(options: SeccompOptions): ReadonlyMap<number, Rule> {
  const byName = new Map<string, Rule>();
  for (const [names, entry] of ruleEntries(options)) {
    for (const name of names.split(" ")) {
      if (byName.has(name))
        throw new TypeError(`Expected one rule for each system call, got two for ${name}`);
      byName.set(name, entry);
    }
  }
  const { byNumber } = syscallTables[options.arch];
  return new Map(Array.from(byNumber, ([number, name]) => [number, byName.get(name) ?? unlisted] as const));
}
