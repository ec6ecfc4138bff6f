// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "What is put on Object.prototype turns no property round that the harness defines",
  ({ patch }, cell) => {
    patch(Object.prototype, "writable", false);
    patch(Object.prototype, "enumerable", false);
    patch(Object.prototype, "value", () => `${cell.granted}/file.txt`);
  },
);
