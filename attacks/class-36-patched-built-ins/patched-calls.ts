// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Function.prototype.call, apply and bind, and Reflect, decide nothing when they are patched",
  ({ patch }, cell) => {
    const file = `${cell.granted}/file.txt`;
    for (const name of ["call", "apply", "bind"]) patch(Function.prototype, name, () => true);
    patch(Function.prototype, Symbol.hasInstance, () => true);
    for (const name of ["apply", "construct", "get", "has", "ownKeys", "set"])
      patch(Reflect, name, () => file);
    for (const name of [
      "keys",
      "entries",
      "values",
      "create",
      "assign",
      "freeze",
      "getPrototypeOf",
      "hasOwn",
    ])
      patch(Object, name, () => [file]);
    patch(globalThis, "Proxy", function (this: object, target: object) {
      return target;
    });
  },
);
