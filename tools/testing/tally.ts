// SPDX-License-Identifier: Apache-2.0

/** How many tests of one part passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** The closing line that every part prints, and that is read back from the parts that are programs of their own. */
export function closingLine({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`;
}

/** The sum of several parts. */
export function add(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
  };
}

/** Adds up all closing lines in a program's output; `undefined` if it printed none. */
export function readClosingLines(output: string): Tally | undefined {
  const lines = [...output.matchAll(/^(?:.*: )?(\d+) passed, (\d+) failed$/gm)];
  if (lines.length === 0) return undefined;
  return add(lines.map((line) => ({ passed: Number(line[1]), failed: Number(line[2]) })));
}

/** 0 only if something ran and nothing failed: a run without tests proves nothing. */
export function exitCodeOf({ passed, failed }: Tally): 0 | 1 {
  return failed === 0 && passed > 0 ? 0 : 1;
}
