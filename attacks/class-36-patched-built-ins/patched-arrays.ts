// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling("Patched methods of arrays do not decide", ({ patch }, cell) => {
  const answers: Record<string, unknown> = {
    includes: true,
    some: false,
    every: true,
    find: undefined,
    findLast: undefined,
    findIndex: -1,
    indexOf: 0,
    filter: [],
    map: [],
    flatMap: [],
    concat: [],
    slice: [],
    splice: [],
    join: `${cell.granted}/file.txt`,
    push: 0,
    pop: undefined,
    shift: undefined,
    at: undefined,
    reduce: true,
    forEach: undefined,
    sort: [],
    reverse: [],
  };
  const names = Object.keys(answers);
  for (let index = 0; index < names.length; index++) {
    const answer = answers[names[index] ?? ""];
    patch(Array.prototype, names[index] ?? "", () => answer);
  }
  patch(Array, "isArray", () => false);
  patch(Array, "from", () => []);
  patch(Array, "of", () => []);
});
