// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A line without an end comes no faster than the limit on output, and the program waits",
  proof: "word",
  endsSilently: true,
  grants: () => ["--limit-output=256KB", "--limit-wall-time=1500ms"],
  program: (cell) => {
    const fs = cell.node("node:fs");
    const flood = Buffer.alloc(65_536, "x");
    let written = 0;
    while (written < 64 * 1024 * 1024) {
      try {
        written += fs.writeSync(2, flood);
      } catch {}
    }
    return `${written} bytes written`;
  },
};
