// SPDX-License-Identifier: Apache-2.0

/** Something of the host's that reads what a cell wrote. */
export interface Target {
  readonly name: string;
  /** The modules that are tested: what is reached in them guides the search. */
  readonly sources: readonly string[];
  /** How many inputs `npm test` reads: some seconds' worth. */
  readonly inputs: number;
  /** Inputs to begin with; each must be good, as {@link Target.run} says. */
  readonly corpus: readonly Buffer[];
  /** Pieces of which inputs are made. */
  readonly tokens: readonly string[];
  /**
   * Reads one input.
   *
   * @returns whether there was something in it
   * @throws AssertionError where a law does not hold
   */
  run(input: Buffer): boolean | Promise<boolean>;
}
