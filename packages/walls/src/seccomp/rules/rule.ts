// SPDX-License-Identifier: Apache-2.0
import type { SeccompAction } from "../action.ts";
import { allow, refuse } from "../action.ts";

type ArgumentIndex = 0 | 1 | 2 | 3 | 4 | 5;

/**
 * A test of one argument: `(argument & mask)`, cut to `width` bits first, is (or is not) one of `values`.
 *
 * The width is that of the kernel's own parameter. Where the kernel takes an `int`, it drops the upper half of the
 * register; a filter that compares all 64 bits is then fooled by a bit that the kernel never sees (CVE-2019-7303), and
 * one that compares 32 bits where the kernel takes a `long` or a pointer is fooled the other way round.
 */
export interface Condition {
  readonly argument: ArgumentIndex;
  readonly width: 32 | 64;
  readonly mask: bigint;
  readonly values: readonly bigint[];
  readonly negated: boolean;
}

/** An action for the calls that meet all conditions. */
export interface Clause {
  readonly conditions: readonly Condition[];
  readonly action: SeccompAction;
  /** Completes the sentence "allowed …" or "refused …": "for a new thread". */
  readonly text: string;
}

/** What becomes of a system call: the first clause whose conditions hold decides, then `otherwise`. */
export interface Rule {
  readonly clauses: readonly Clause[];
  readonly otherwise: SeccompAction;
  /** Why, in a few words: "another process's memory". */
  readonly reason: string;
}

/** A rule for system calls, their names apart by spaces. Names that an architecture lacks are left out there. */
export type RuleEntry = readonly [names: string, rule: Rule];

const ALL_32 = 0xffffffffn;
const ALL_64 = 0xffffffffffffffffn;
const HIGH_32 = 0xffffffff00000000n;

/** The argument, an `int` or `unsigned int` of the kernel, is one of the values. */
export function is(argument: ArgumentIndex, ...values: readonly number[]): Condition {
  return { argument, width: 32, mask: ALL_32, values: values.map(BigInt), negated: false };
}

/** The argument, an `int` of the kernel, is one of the values once these bits are taken off. */
export function isBut(argument: ArgumentIndex, bits: number, ...values: readonly number[]): Condition {
  return { argument, width: 32, mask: ALL_32 & ~BigInt(bits), values: values.map(BigInt), negated: false };
}

/** Of these bits of the argument, exactly those of one of the values are set. */
export function bitsAre(argument: ArgumentIndex, bits: number, ...values: readonly number[]): Condition {
  return { argument, width: 32, mask: BigInt(bits), values: values.map(BigInt), negated: false };
}

/** At least one of these bits of the argument is set. */
export function anyBit(argument: ArgumentIndex, bits: number): Condition {
  return { argument, width: 32, mask: BigInt(bits), values: [0n], negated: true };
}

/** None of these bits of the argument is set. */
export function noBit(argument: ArgumentIndex, bits: number): Condition {
  return { argument, width: 32, mask: BigInt(bits), values: [0n], negated: false };
}

/** The argument, a pointer, is null: all 64 bits count. */
export function isNull(argument: ArgumentIndex): Condition {
  return { argument, width: 64, mask: ALL_64, values: [0n], negated: false };
}

/** The argument, a pointer, is not null: all 64 bits count. */
export function notNull(argument: ArgumentIndex): Condition {
  return { argument, width: 64, mask: ALL_64, values: [0n], negated: true };
}

/** The upper half of the argument, a `long` of the kernel, holds something. */
export function beyond32(argument: ArgumentIndex): Condition {
  return { argument, width: 64, mask: HIGH_32, values: [0n], negated: true };
}

/** A clause. */
export function when(conditions: readonly Condition[], action: SeccompAction, text: string): Clause {
  return { conditions, action, text };
}

/** A rule whose clauses make exceptions from `otherwise`. */
export function rule(clauses: readonly Clause[], otherwise: SeccompAction, reason: string): Rule {
  return { clauses, otherwise, reason };
}

/** A rule without exceptions. */
export function always(action: SeccompAction, reason: string): Rule {
  return { clauses: [], otherwise: action, reason };
}

/** Allowed where something makes it safe, refused with EPERM otherwise. */
export function allowIf(condition: boolean, reason: string): Rule {
  return always(condition ? allow : refuse("EPERM"), reason);
}

/** What a rule says of a call with these arguments: the meaning that the compiled program is held to. */
export function evaluate(ruleOfCall: Rule, args: readonly bigint[]): SeccompAction {
  const decisive = ruleOfCall.clauses.find((clause) =>
    clause.conditions.every((condition) => holds(condition, args)),
  );
  return decisive?.action ?? ruleOfCall.otherwise;
}

function holds({ argument, width, mask, values, negated }: Condition, args: readonly bigint[]): boolean {
  const value = BigInt.asUintN(width, args[argument] ?? 0n) & mask;
  return values.includes(value) !== negated;
}
