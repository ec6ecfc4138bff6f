// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "existsSync and access do not tell whether a file outside exists",
  proof: "word",
  program: (cell) => {
    const fs = cell.node("node:fs");
    if (fs.existsSync(cell.secret)) return "it exists";
    fs.accessSync(cell.secret);
    return "it exists";
  },
};
