// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "watchFile sees nothing of a file outside (CVE-2023-30582)",
  proof: "word",
  program: async (cell) => {
    const fs = cell.node("node:fs");
    // A file that is not there is reported once, with zeros; one that is there only when it changes.
    const seen = await new Promise<number>((resolve) => {
      fs.watchFile(cell.secret, { interval: 20 }, (now) => resolve(now.mtimeMs));
      setTimeout(() => resolve(-1), 150);
    });
    return seen === 0 ? cell.refused("ENOENT") : "it is there";
  },
};
