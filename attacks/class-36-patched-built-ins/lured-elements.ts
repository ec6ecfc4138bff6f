// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Getters and setters at the elements of Array.prototype take and give nothing that decides",
  ({ lure }, cell) => {
    for (let index = 0; index < 6; index++) lure(Array.prototype, `${index}`, `${cell.granted}/file.txt`);
  },
);
