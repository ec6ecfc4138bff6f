// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "The private /tmp takes no more files than the limit",
  proof: "word",
  refusals: ["ENOSPC", "EDQUOT"],
  grants: () => ["--limit-scratch=1MB"],
  program: (cell) => {
    const fs = cell.node("node:fs");
    const directory = fs.mkdtempSync("/tmp/cordon-full-");
    try {
      for (let made = 0; made < 2000; made++) fs.writeFileSync(`${directory}/${made}`, "");
      return "2000 files made";
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  },
};
