// SPDX-License-Identifier: Apache-2.0
import type { Condition, Rule } from "../seccomp/rules/rule.ts";

/** Of an argument's 64 bits, those in `mask` are those of `value`. */
export interface Bits {
  readonly mask: bigint;
  readonly value: bigint;
}

/** A conjunction: what is asked of each argument, at most one thing. The empty one holds for every call. */
export type Cube = ReadonlyMap<number, Bits>;

/**
 * The calls that a rule allows, as a union of cubes.
 *
 * A profile by names knows neither an order among the rules of a system call nor "unless": libseccomp takes at most one
 * comparison for each argument (seccomp_rule_add(3)), and runc reads more than one as alternatives. A masked comparison
 * says all that our conditions say, once "is not" is written out bit by bit.
 */
export function allowedCubes({ clauses, otherwise }: Rule): readonly Cube[] {
  if ([...clauses.map(({ action }) => action), otherwise].every(({ kind }) => kind === "allow"))
    return [new Map()];
  const allowed: Cube[] = [];
  // What no clause has refused yet. What one has allowed may be allowed once more: it is a union.
  let left: readonly Cube[] = [new Map()];
  // After the last clause that allows, nothing is left to be found.
  const last = otherwise.kind === "allow" ? clauses.length : clauses.findLastIndex(isAllowing) + 1;
  for (const { conditions, action } of clauses.slice(0, last)) {
    if (action.kind === "allow") allowed.push(...conditions.map(cubesOf).reduce(both, left));
    else
      left = both(
        left,
        conditions.flatMap((each) => cubesOf(negate(each))),
      );
  }
  if (otherwise.kind === "allow") allowed.push(...left);
  return withoutCovered(allowed);
}

const isAllowing = ({ action }: Rule["clauses"][number]): boolean => action.kind === "allow";

function negate(condition: Condition): Condition {
  return { ...condition, negated: !condition.negated };
}

function cubesOf({ argument, mask, values, negated }: Condition): readonly Cube[] {
  // A value outside of the mask is never met.
  const meant = values.filter((value) => (value & ~mask) === 0n);
  if (!negated) return meant.map((value) => new Map([[argument, { mask, value }]]));
  return meant.reduce((cubes, value) => both(cubes, differing(argument, { mask, value })), [
    new Map(),
  ] as readonly Cube[]);
}

/** At least one bit is another. Each cube has the bits before that one as they are, so that no two overlap. */
function differing(argument: number, { mask, value }: Bits): readonly Cube[] {
  const cubes: Cube[] = [];
  let before = 0n;
  for (let bit = 1n; bit <= mask; bit <<= 1n) {
    if ((mask & bit) === 0n) continue;
    const asked = before | bit;
    cubes.push(new Map([[argument, { mask: asked, value: (value & before) | (~value & bit) }]]));
    before = asked;
  }
  return cubes;
}

function both(some: readonly Cube[], others: readonly Cube[]): readonly Cube[] {
  return some.flatMap((one) =>
    others.flatMap((other) => {
      const met = meet(one, other);
      return met === undefined ? [] : [met];
    }),
  );
}

function meet(one: Cube, other: Cube): Cube | undefined {
  const met = new Map(one);
  for (const [argument, bits] of other) {
    const known = met.get(argument);
    if (known !== undefined && ((known.value ^ bits.value) & known.mask & bits.mask) !== 0n) return undefined;
    met.set(
      argument,
      known === undefined ? bits : { mask: known.mask | bits.mask, value: known.value | bits.value },
    );
  }
  return met;
}

function withoutCovered(cubes: readonly Cube[]): readonly Cube[] {
  return cubes.filter(
    (cube, index) =>
      !cubes.some((other, at) => at !== index && covers(other, cube) && !(at > index && covers(cube, other))),
  );
}

/** Whether all that `narrow` holds for, `wide` holds for. */
function covers(wide: Cube, narrow: Cube): boolean {
  return [...wide].every(([argument, { mask, value }]) => {
    const bits = narrow.get(argument);
    return bits !== undefined && (mask & ~bits.mask) === 0n && ((bits.value ^ value) & mask) === 0n;
  });
}

/** Whether a call with these arguments is in the cube. For tests. */
export function cubeHolds(cube: Cube, args: readonly bigint[]): boolean {
  return [...cube].every(([argument, { mask, value }]) => ((args[argument] ?? 0n) & mask) === value);
}
