// SPDX-License-Identifier: Apache-2.0

const first = 250;
const longest = 60_000;
/** How long a cell must have listened before its next crash counts as the first again. */
export const healthyAfter = 30_000;

/**
 * How long to wait after a number of crashes in a row: twice as long each time, between half and all of it by
 * chance, so that apps that fell together do not come back together.
 *
 * @param failures crashes in a row, this one included
 * @param random from 0 up to 1
 * @returns milliseconds
 */
export function backoff(failures: number, random: number): number {
  // 2 ** 20 is past the longest by far; the bound keeps the power finite.
  const full = Math.min(longest, first * 2 ** Math.min(failures - 1, 20));
  return Math.round(full * (0.5 + random / 2));
}
