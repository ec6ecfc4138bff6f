// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Numbers past the table are refused",
  proof: "word",
  grants: nativeGrants,
  control: {
    root: { none: "the kernel has no such call" },
    ordinary: { none: "the kernel has no such call" },
  },
  program: (cell) => {
    const native = cell.native();
    for (const number of [600, 1024, 4095, 65535, 0x7fffffff]) {
      const result = native.call(number, 0, 0, 0);
      if (result >= 0) return `call ${number} answered ${result}`;
    }
    return cell.refused("ENOSYS");
  },
};
