// SPDX-License-Identifier: Apache-2.0
import { type LimitName, limitNames, limitTable } from "./limits.ts";
import { describeDuration, describeSize } from "./units.ts";

export function isLimitName(name: string): name is LimitName {
  return (limitNames as readonly string[]).includes(name);
}

/** The flag that sets a limit, such as `--limit-wall-time`. */
export function limitFlag(name: LimitName): string {
  return `--limit-${limitTable[name].flag}`;
}

/**
 * An amount of what a limit bounds, for people: `128MB`, `1.5s`, `32`. What a policy says comes out as it is written
 * there; what was measured, rounded.
 */
export function describeLimit(name: LimitName, amount: number): string {
  switch (limitTable[name].kind) {
    case "size":
      return describeSize(amount);
    case "duration":
      return describeDuration(amount);
    default:
      return String(amount);
  }
}
