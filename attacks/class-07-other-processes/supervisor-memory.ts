// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "The memory of the processes above the program cannot be opened",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => {
    const native = cell.native();
    const openat = native.numbers["openat"] ?? -1;
    for (const pid of [process.ppid, 1]) {
      for (const flags of [0, 1, 2]) {
        if (native.call(openat, -100, `/proc/${pid}/mem`, flags, 0) >= 0) return `${pid} with flags ${flags}`;
      }
    }
    return cell.refused("EACCES");
  },
};
