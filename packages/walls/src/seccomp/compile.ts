// SPDX-License-Identifier: Apache-2.0
import { encodeAction, refuse } from "./action.ts";
import { assembleRule } from "./assemble.ts";
import type { Instruction, SeccompProgram } from "./bpf.ts";
import {
  JUMP,
  JUMP_AT_LEAST,
  JUMP_EQUAL,
  LOAD_WORD,
  MAX_INSTRUCTIONS,
  OFFSET_ARCHITECTURE,
  OFFSET_NUMBER,
  RETURN,
} from "./bpf.ts";
import { syscallTables } from "./numbers/index.ts";
import type { Architecture, SeccompOptions } from "./options.ts";
import { rulesByNumber, unknownCall } from "./rules/index.ts";
import type { Rule } from "./rules/rule.ts";

/** Neighbouring numbers with one rule: from `first` up to the next segment's. */
interface Segment {
  readonly first: number;
  readonly rule: Rule;
}

/** A jump to the body of a rule, until it is known where that lies. */
interface BodyJump {
  readonly body: Rule;
}

/**
 * Compiles the allow-list into the program that the jail installs.
 *
 * The architecture is checked first, since numbers mean nothing without it. Then a balanced search over the numbers
 * ends in an answer or in a jump to the tests of arguments. Numbers past the table, and with them all of x32, fall
 * into its last segment: ENOSYS.
 *
 * Where all calls of a number are allowed, Linux 5.11 and later find that out once, when the program is installed, and
 * never run it again for that number; the search serves the rest, and older kernels.
 *
 * @example
 * const program = compileSeccomp({ arch: "x64", children: false, signals: true, metadata: true, unixSockets: false });
 */
export function compileSeccomp(options: SeccompOptions): SeccompProgram {
  return compileRules(options.arch, rulesByNumber(options), unknownCall);
}

/** Compiles rules by number; `others` is for the numbers that have none. */
export function compileRules(
  arch: Architecture,
  rules: ReadonlyMap<number, Rule>,
  others: Rule,
): SeccompProgram {
  const search = assembleSearch(segments(rules, others));
  const head: Instruction[] = [
    statement(LOAD_WORD, OFFSET_ARCHITECTURE),
    { code: JUMP_EQUAL, jt: 1, jf: 0, k: syscallTables[arch].audit },
    statement(RETURN, encodeAction(refuse("ENOSYS"))),
    statement(LOAD_WORD, OFFSET_NUMBER),
  ];
  const program = [...head, ...placeBodies(search)];
  if (program.length > MAX_INSTRUCTIONS) {
    throw new RangeError(
      `Expected a program of ${MAX_INSTRUCTIONS} instructions at most, got ${program.length}`,
    );
  }
  return program;
}

const statement = (code: number, k: number): Instruction => ({ code, jt: 0, jf: 0, k });

/** The answer that a rule gives whatever the arguments, so that neighbours with the same one can be joined. */
const answer = (rule: Rule): number | undefined =>
  rule.clauses.length === 0 ? encodeAction(rule.otherwise) : undefined;

function segments(rules: ReadonlyMap<number, Rule>, others: Rule): readonly Segment[] {
  const found: Segment[] = [];
  const end = Math.max(...rules.keys()) + 1;
  for (let number = 0; number <= end; number++) {
    const rule = rules.get(number) ?? others;
    const previous = found.at(-1);
    const joined =
      previous !== undefined &&
      (previous.rule === rule || (answer(rule) !== undefined && answer(rule) === answer(previous.rule)));
    if (!joined) found.push({ first: number, rule });
  }
  return found;
}

/** The balanced search: every path through it takes about log2 of the number of segments. */
function assembleSearch(parts: readonly Segment[]): (Instruction | BodyJump)[] {
  const [only] = parts;
  if (only === undefined) throw new RangeError("Expected at least one segment");
  if (parts.length === 1) {
    const value = answer(only.rule);
    return [value === undefined ? { body: only.rule } : statement(RETURN, value)];
  }
  const middle = parts.length >> 1;
  const left = assembleSearch(parts.slice(0, middle));
  const right = assembleSearch(parts.slice(middle));
  const k = parts[middle]?.first ?? 0;
  // A conditional jump reaches 255 instructions; past that it goes over an unconditional one.
  if (left.length <= 255) return [{ code: JUMP_AT_LEAST, jt: left.length, jf: 0, k }, ...left, ...right];
  return [{ code: JUMP_AT_LEAST, jt: 0, jf: 1, k }, statement(JUMP, left.length), ...left, ...right];
}

/** Puts the tests of arguments behind the search, each once, and aims the jumps at them. */
function placeBodies(search: readonly (Instruction | BodyJump)[]): readonly Instruction[] {
  const bodies: Instruction[] = [];
  const positions = new Map<Rule, number>();
  for (const item of search) {
    if (!("body" in item) || positions.has(item.body)) continue;
    positions.set(item.body, search.length + bodies.length);
    bodies.push(...assembleRule(item.body));
  }
  const aimed = search.map((item, index) =>
    "body" in item ? statement(JUMP, (positions.get(item.body) ?? 0) - index - 1) : item,
  );
  return [...aimed, ...bodies];
}
