// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { unharmed } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim:
    "Another tenant's app is not there to be signalled, by the number that the host has for it or by any other",
  proof: "host",
  prepare: unharmed,
  program: (cell) => {
    let last: Error | undefined;
    for (const pid of [cell.number("pid"), -cell.number("pid")]) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        last = error as Error;
      }
    }
    if (last !== undefined) throw last;
  },
};
