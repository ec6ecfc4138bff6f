// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "The private /tmp takes no more bytes than the limit",
  proof: "word",
  refusals: ["ENOSPC", "EFBIG", "EDQUOT"],
  grants: () => ["--limit-scratch=4MB"],
  program: (cell) => {
    const fs = cell.node("node:fs");
    const directory = fs.mkdtempSync("/tmp/cordon-full-");
    try {
      for (let megabyte = 0; megabyte < 32; megabyte++) {
        fs.writeFileSync(`${directory}/${megabyte}`, Buffer.alloc(1024 * 1024, 1));
      }
      return "32 MB written";
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  },
};
