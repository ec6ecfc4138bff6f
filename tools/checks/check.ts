// SPDX-License-Identifier: Apache-2.0

/** One thing that holds for the whole repository. */
export interface Check {
  /** What `npm run check -- NAME` selects. */
  readonly name: string;
  /** What holds if there is no problem. */
  readonly claim: string;
  /** The problems found; each says how to mend it. */
  run(root: string): readonly string[] | Promise<readonly string[]>;
}
