// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Patched JSON, numbers, Math and conversions to a primitive do not decide",
  ({ patch }, cell) => {
    const file = `${cell.granted}/file.txt`;
    patch(JSON, "parse", () => ({ granted: true, allow: [], deny: [] }));
    patch(JSON, "stringify", () => "{}");
    patch(globalThis, "Number", () => 0);
    patch(Number, "isInteger", () => true);
    patch(Number, "isNaN", () => false);
    for (const name of ["max", "min", "floor", "ceil", "abs"]) patch(Math, name, () => 0);
    patch(globalThis, "BigInt", () => 0n);
    patch(String.prototype, Symbol.toPrimitive, () => file);
    patch(Array.prototype, Symbol.toPrimitive, () => file);
  },
);
