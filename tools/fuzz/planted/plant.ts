// SPDX-License-Identifier: Apache-2.0

/** A mistake that somebody could have made in a source, and the fuzzer that has to find it. */
export interface Planted {
  readonly fuzzer: string;
  readonly file: string;
  /** What stands there once, and what the mistake has in its place. */
  readonly from: string;
  readonly to: string;
}

/** What a fuzzer said of a mistake. */
export interface Finding {
  readonly isFound: boolean;
  readonly output: string;
}

/**
 * The source with the mistake in it.
 *
 * @throws Error where the source has changed, so that there is nothing to be mistaken about
 */
export function plant(source: string, { file, from, to }: Planted): string {
  const parts = source.split(from);
  if (parts.length !== 2)
    throw new Error(
      `Expected ${file} to have once: ${from}\ngot it ${parts.length - 1} times; say in tools/fuzz/planted where the mistake goes now`,
    );
  return parts.join(to);
}

/** The first mistake of each fuzzer. */
export function oneOfEach(all: readonly Planted[]): readonly Planted[] {
  return all.filter(({ fuzzer }, index) => all.findIndex((other) => other.fuzzer === fuzzer) === index);
}
