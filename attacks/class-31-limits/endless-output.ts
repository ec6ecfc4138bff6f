// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A program that floods its output ends with the time limit, and the host keeps up",
  proof: "word",
  endsSilently: true,
  survivesFor: 900,
  grants: () => ["--limit-wall-time=600ms"],
  program: (cell) => {
    const flood = Buffer.alloc(65536, "flood\n");
    const fs = cell.node("node:fs");
    for (;;) {
      try {
        fs.writeSync(1, flood);
      } catch {}
    }
  },
};
