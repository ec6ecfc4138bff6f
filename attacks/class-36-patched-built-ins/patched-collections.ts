// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling("Patched maps, sets and weak maps do not decide", ({ patch }) => {
  const holders = [Map.prototype, Set.prototype, WeakMap.prototype, WeakSet.prototype];
  for (let index = 0; index < holders.length; index++) {
    const holder = holders[index] ?? {};
    patch(holder, "has", () => true);
    patch(holder, "get", () => true);
    patch(holder, "add", () => holder);
    patch(holder, "set", () => holder);
    patch(holder, "forEach", () => undefined);
  }
  patch(globalThis, "Map", class {});
  patch(globalThis, "Set", class {});
});
