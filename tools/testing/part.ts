// SPDX-License-Identifier: Apache-2.0
import type { Tally } from "./tally.ts";

/** One part of `npm test`. */
export interface Part {
  /** What `npm test -- NAME` selects. */
  readonly name: string;
  run(root: string): Promise<Tally>;
}
