// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "No descriptor of the processes above the program can be opened",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => {
    const native = cell.native();
    const openat = native.numbers["openat"] ?? -1;
    const found: string[] = [];
    const readNonBlocking = 0o4000;
    for (const pid of [process.ppid, 1]) {
      if (pid === process.pid) continue;
      for (let fd = 0; fd < 64; fd++) {
        if (native.call(openat, -100, `/proc/${pid}/fd/${fd}`, readNonBlocking, 0) >= 0)
          found.push(`${pid}/${fd}`);
      }
    }
    return found.length > 0 ? found.join() : cell.refused("EACCES");
  },
};
