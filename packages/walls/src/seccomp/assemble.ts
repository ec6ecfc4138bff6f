// SPDX-License-Identifier: Apache-2.0
import { encodeAction } from "./action.ts";
import type { Instruction } from "./bpf.ts";
import { AND, argumentOffset, JUMP_ANY_SET, JUMP_EQUAL, LOAD_WORD, RETURN } from "./bpf.ts";
import type { Clause, Condition, Rule } from "./rules/rule.ts";

/** A place that a jump leads to; it gets its position when it is put down. */
interface Label {
  position?: number;
}

interface Jump {
  readonly code: number;
  readonly k: number;
  /** Where to go on if the comparison holds, and if not. */
  readonly taken: Label;
  readonly skipped: Label;
}

const statement = (code: number, k: number): Instruction => ({ code, jt: 0, jf: 0, k });

/** The instructions that decide a call by its rule. They contain all they jump to, and end in a return on every path. */
export function assembleRule(rule: Rule): readonly Instruction[] {
  const code: (Instruction | Jump)[] = [];
  for (const clause of rule.clauses) assembleClause(code, clause);
  code.push(statement(RETURN, encodeAction(rule.otherwise)));
  return code.map((item, index) => ("taken" in item ? resolveJump(item, index) : item));
}

function assembleClause(code: (Instruction | Jump)[], clause: Clause): void {
  const nextClause: Label = {};
  for (const condition of clause.conditions) {
    const holds: Label = {};
    const [found, missing] = condition.negated ? [nextClause, holds] : [holds, nextClause];
    if (condition.width === 32) assembleWord(code, condition, found, missing);
    else assembleLong(code, condition, found, missing);
    holds.position = code.length;
  }
  code.push(statement(RETURN, encodeAction(clause.action)));
  nextClause.position = code.length;
}

/** Only the word that the kernel looks at: its upper half does not exist for an `int`. */
function assembleWord(
  code: (Instruction | Jump)[],
  condition: Condition,
  found: Label,
  missing: Label,
): void {
  const mask = Number(condition.mask);
  code.push(statement(LOAD_WORD, argumentOffset(condition.argument, "low")));
  if (condition.values.length === 1 && condition.values[0] === 0n) {
    code.push({ code: JUMP_ANY_SET, k: mask, taken: missing, skipped: found });
    return;
  }
  if (mask !== 0xffffffff) code.push(statement(AND, mask));
  for (const [index, value] of condition.values.entries()) {
    const last = index === condition.values.length - 1;
    const next: Label = last ? missing : {};
    code.push({ code: JUMP_EQUAL, k: Number(value), taken: found, skipped: next });
    if (!last) next.position = code.length;
  }
}

/** Both words, the upper one first. */
function assembleLong(
  code: (Instruction | Jump)[],
  condition: Condition,
  found: Label,
  missing: Label,
): void {
  for (const [index, value] of condition.values.entries()) {
    const last = index === condition.values.length - 1;
    const next: Label = last ? missing : {};
    const low: Label = {};
    assembleHalf(code, condition, "high", value, low, next);
    low.position = code.length;
    assembleHalf(code, condition, "low", value, found, next);
    if (!last) next.position = code.length;
  }
}

function assembleHalf(
  code: (Instruction | Jump)[],
  { argument, mask }: Condition,
  word: "low" | "high",
  value: bigint,
  taken: Label,
  skipped: Label,
): void {
  const half = (whole: bigint): number => Number(word === "high" ? whole >> 32n : whole & 0xffffffffn);
  code.push(statement(LOAD_WORD, argumentOffset(argument, word)));
  code.push(statement(AND, half(mask)));
  code.push({ code: JUMP_EQUAL, k: half(value), taken, skipped });
}

function resolveJump(jump: Jump, index: number): Instruction {
  return { code: jump.code, jt: distance(jump.taken, index), jf: distance(jump.skipped, index), k: jump.k };
}

function distance(label: Label, from: number): number {
  const over = (label.position ?? Number.NaN) - from - 1;
  if (!(over >= 0 && over <= 255)) {
    throw new RangeError(`Expected a jump over 0 to 255 instructions, got ${over}: split the rule`);
  }
  return over;
}
