// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Patched iterators of arrays, maps, sets and strings do not decide",
  ({ patch }) => {
    const iterators = [new Map().entries(), new Set().values(), [].values()].map(
      (each) => Object.getPrototypeOf(each) as object,
    );
    const ended = { next: () => ({ done: true, value: undefined }) };
    const holders = [Array.prototype, Map.prototype, Set.prototype, String.prototype];
    for (let index = 0; index < holders.length; index++)
      patch(holders[index] ?? {}, Symbol.iterator, () => ended);
    for (let index = 0; index < iterators.length; index++) patch(iterators[index] ?? {}, "next", ended.next);
  },
);
